// What a certificate that does not hold means: a kind, a code and words, by OpenSSL's verification code. Whatever fails
// there is the certificate's fault; what TLS itself says is told elsewhere.

import type { Kind } from '../../words/kinds.js'
import type { Failure } from './exchange-error.js'

const DATE = 'tls.cert.date_invalid'
const NAME = 'tls.cert.name_invalid'
const AUTHORITY = 'tls.cert.authority_invalid'
const INVALID = 'tls.cert.invalid'

const NOT_TRUSTED = 'certificate issuer not trusted'

interface Meaning {
  readonly kind: Kind
  readonly detail?: string
  readonly hint?: string
}

/** What Node has a code for (`X509_V_ERR_…` of OpenSSL). All others are `tls.cert.invalid` in OpenSSL's words. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  CERT_HAS_EXPIRED: { kind: DATE },
  CERT_NOT_YET_VALID: { kind: DATE },
  ERR_TLS_CERT_ALTNAME_INVALID: { kind: NAME },
  HOSTNAME_MISMATCH: { kind: NAME },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    kind: AUTHORITY,
    detail: 'certificate signed by itself',
    hint: 'If that is meant to be: --insecure',
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    kind: AUTHORITY,
    detail: NOT_TRUSTED,
    hint: 'The server does not send its intermediate certificate, or an unknown authority signed it',
  },
  UNABLE_TO_GET_ISSUER_CERT: { kind: AUTHORITY, detail: NOT_TRUSTED, hint: 'No authority known here signed it' },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    kind: AUTHORITY,
    detail: NOT_TRUSTED,
    hint: 'No authority known here signed it',
  },
  SELF_SIGNED_CERT_IN_CHAIN: {
    kind: AUTHORITY,
    detail: NOT_TRUSTED,
    hint: 'The authority at the top of its chain is not known here',
  },
  CERT_UNTRUSTED: { kind: AUTHORITY },
  CERT_REJECTED: { kind: AUTHORITY },
  CERT_REVOKED: { kind: INVALID, detail: 'certificate revoked' },
  CERT_SIGNATURE_FAILURE: {
    kind: INVALID,
    detail: 'the signature of a certificate in its chain is not that of its issuer',
  },
  CERT_CHAIN_TOO_LONG: { kind: INVALID, detail: 'certificate chain too long' },
  PATH_LENGTH_EXCEEDED: {
    kind: INVALID,
    detail: 'certificate chain longer than one of its authorities allows (path length)',
  },
  INVALID_CA: { kind: INVALID, detail: 'an issuer in its certificate chain is no authority' },
  INVALID_PURPOSE: {
    kind: INVALID,
    detail: 'a certificate of its chain may not be used for this (wrong purpose)',
    hint: 'The certificate is not one for servers, or its issuer may not issue such',
  },
  PERMITTED_VIOLATION: {
    kind: INVALID,
    detail: 'certificate is for a name that its issuer may not sign for (name constraints)',
  },
  EXCLUDED_VIOLATION: {
    kind: INVALID,
    detail: 'certificate is for a name that its issuer must not sign for (name constraints)',
  },
  UNHANDLED_CRITICAL_EXTENSION: {
    kind: INVALID,
    detail: 'certificate has a critical extension that is not known here',
  },
  EE_KEY_TOO_SMALL: { kind: INVALID, detail: 'certificate key too weak' },
  CA_KEY_TOO_SMALL: { kind: INVALID, detail: 'the key of an issuer in its certificate chain is too weak' },
  CA_MD_TOO_WEAK: { kind: INVALID, detail: 'certificate chain signed with a digest that is too weak (MD5 or SHA-1)' },
}

/**
 * Codes by OpenSSL's text (crypto/x509/x509_txt.c), for those that Node calls `UNSPECIFIED`. The texts are OpenSSL's own
 * and fixed, never from the wire; one that it words anew keeps kind and text and loses only its code.
 */
const CODES: Readonly<Record<string, string>> = {
  'permitted subtree violation': 'PERMITTED_VIOLATION',
  'excluded subtree violation': 'EXCLUDED_VIOLATION',
  'name constraints minimum and maximum not supported': 'SUBTREE_MINMAX',
  'unsupported name constraint type': 'UNSUPPORTED_CONSTRAINT_TYPE',
  'unsupported or invalid name constraint syntax': 'UNSUPPORTED_CONSTRAINT_SYNTAX',
  'unsupported or invalid name syntax': 'UNSUPPORTED_NAME_SYNTAX',
  'unhandled critical extension': 'UNHANDLED_CRITICAL_EXTENSION',
  'unsupported extension feature': 'UNSUPPORTED_EXTENSION_FEATURE',
  'invalid or inconsistent certificate extension': 'INVALID_EXTENSION',
  'invalid or inconsistent certificate policy extension': 'INVALID_POLICY_EXTENSION',
  'invalid non-CA certificate (has CA markings)': 'INVALID_NON_CA',
  'key usage does not include certificate signing': 'KEYUSAGE_NO_CERTSIGN',
  'key usage does not include digital signature': 'KEYUSAGE_NO_DIGITAL_SIGNATURE',
  'EE certificate key too weak': 'EE_KEY_TOO_SMALL',
  'CA certificate key too weak': 'CA_KEY_TOO_SMALL',
  'CA signature digest algorithm too weak': 'CA_MD_TOO_WEAK',
  'path loop': 'PATH_LOOP',
  'subject issuer mismatch': 'SUBJECT_ISSUER_MISMATCH',
  'authority and subject key identifier mismatch': 'AKID_SKID_MISMATCH',
  'authority and issuer serial number mismatch': 'AKID_ISSUER_SERIAL_MISMATCH',
  "issuer certificate doesn't have a public key": 'NO_ISSUER_PUBLIC_KEY',
  'Cannot find certificate signature algorithm': 'UNSUPPORTED_SIGNATURE_ALGORITHM',
  'subject signature algorithm and issuer public key algorithm mismatch': 'SIGNATURE_ALGORITHM_MISMATCH',
  'cert info signature and signature algorithm mismatch': 'SIGNATURE_ALGORITHM_INCONSISTENCY',
  'Certificate public key has explicit ECC parameters': 'EC_KEY_EXPLICIT_PARAMS',
  "RFC 3779 resource not subset of parent's resources": 'UNNESTED_RESOURCE',
}

/** OpenSSL's code in Node's words, or where Node has none for it by OpenSSL's text. */
export function certificateCode(code: string | undefined, text: string | null): string {
  if (code !== undefined && code !== 'UNSPECIFIED') return code
  return (text === null ? undefined : CODES[text]) ?? 'UNSPECIFIED'
}

/** The kind of a code that Node itself has for certificates; null: none of those. */
export function certificateKind(code: string): Kind | null {
  return MEANINGS[code]?.kind ?? null
}

/** What is known of a bad certificate beside its code. */
export interface CertificateFacts {
  /** OpenSSL's words, for codes without words of ours. */
  readonly text: string | null
  /** Where more is known than the code says. */
  readonly detail?: string | null
}

/** What a bad certificate means. */
export function certificateFailure(code: string, { text, detail = null }: CertificateFacts): Failure {
  const { kind, ...known } = MEANINGS[code] ?? { kind: INVALID }
  const said = detail ?? known.detail ?? (kind === INVALID && text !== null ? `certificate refused: ${text}` : null)
  return { kind, code, detail: said, hint: known.hint ?? null }
}
