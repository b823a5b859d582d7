// What a connection is made to and kept for.

/** Where to connect. `insecure` and `anonymous` origins have connections of their own. */
export interface Origin {
  /** `https://example.com:8443`, as in a URL. */
  readonly href: string
  readonly secure: boolean
  /** As in a URL: lower case, IPv6 in brackets. */
  readonly hostname: string
  readonly port: number
  readonly insecure: boolean
  /** The client's certificate is not for it. Default false. */
  readonly anonymous?: boolean
}
