// The names whose values are keys to something: one list for everything that hides or withholds. Linear in the name, which
// is looked at up to a bound.

/** Longer names are no names; the end of one says what it is. */
const NAME_MAX = 128
/** How often a name may have been percent-encoded: a URL within a URL within a URL. */
const ENCODED_MAX = 4
/** Names remembered, because a list uses the same few. */
const KNOWN_MAX = 1000

/** Whole names, without case and punctuation. */
const NAMES: ReadonlySet<string> = new Set([
  'auth',
  'awsaccesskeyid',
  'code',
  'codeverifier',
  'creds',
  'hmac',
  'jwt',
  'key',
  'pass',
  'passcode',
  'passwordconfirmation',
  'phpsessid',
  'pw',
  'samlresponse',
  'secretid',
  'session',
  'sig',
  'tokenhash',
])

/** Ends of names, without case and punctuation: `X-Amz-Security-Token`, `user[password]`, `stripeApiKey`, `authtoken`. */
const ENDS = [
  'accesskey',
  'accesskeyid',
  'accountkey',
  'apikey',
  'appkey',
  'assertion',
  'authcode',
  'authkey',
  'authorization',
  'authorizationcode',
  'bearer',
  'clientkey',
  'credential',
  'credentials',
  'devicecode',
  'encryptionkey',
  'functionkey',
  'functionskey',
  'licensekey',
  'masterkey',
  'passphrase',
  'passwd',
  'password',
  'privatekey',
  'pwd',
  'secret',
  'secretkey',
  'serverkey',
  'servicekey',
  'sessid',
  'sessionid',
  'sessionkey',
  'sharedkey',
  'signature',
  'signingkey',
  'subscriptionkey',
  'token',
  'webhookkey',
] as const

/** Words that say it when they stand alone at the end of a name: `x-goog-sig`, `id_jwt`, `my-auth`. */
const LAST_WORDS: ReadonlySet<string> = new Set(['auth', 'creds', 'hmac', 'jwt', 'pass', 'passcode', 'pw', 'sig'])

const known = new Map<string, boolean>()

/** Whether the value of a query parameter, a member or a header of this name is a secret. Percent-encoding is undone first. */
export function isSecretName(name: string): boolean {
  if (name.length > NAME_MAX) return looksSecret(name.slice(-NAME_MAX))
  let found = known.get(name)
  if (found === undefined) {
    found = looksSecret(name)
    if (known.size >= KNOWN_MAX) known.clear()
    known.set(name, found)
  }
  return found
}

/** Whether a value that reads so is none: an HTTP status has the name of an OAuth code, and messages say `key=value`. */
export function isHarmless(name: string, value: string): boolean {
  return /^value…?$/i.test(value) || (/^\d{1,3}$/.test(value) && /code$/i.test(name.slice(-NAME_MAX)))
}

function looksSecret(written: string): boolean {
  const name = decode(written)
  // Servers take `token`, `token[]` and `token[0]` for one name, and `token2` is its brother.
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .replace(/\d+$/, '')
  if (NAMES.has(plain) || ENDS.some((end) => plain.endsWith(end))) return true
  const last = /([A-Z]?[a-z]+|[A-Z]+)[^A-Za-z]*$/.exec(name)?.[1]
  return last !== undefined && last.length < name.length && LAST_WORDS.has(last.toLowerCase())
}

function decode(name: string): string {
  let text = name
  for (let round = 0; round < ENCODED_MAX && text.includes('%'); round++) {
    try {
      const next = decodeURIComponent(text)
      if (next === text) break
      text = next
    } catch {
      break
    }
  }
  return text
}
