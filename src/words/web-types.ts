// Types of the web platform in the signatures of the library. Whoever compiles against it may have them from Node's types or
// from a browser's library, or not at all: nothing that is not declared here may be needed.

/** An `AbortSignal`. */
export type SignalLike = typeof globalThis extends { AbortSignal: { prototype: infer Found } }
  ? Found
  : {
      readonly aborted: boolean
      readonly reason: unknown
      addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void
    }

/** A `URL`. */
export type UrlLike = typeof globalThis extends { URL: { prototype: infer Found } } ? Found : { readonly href: string }
