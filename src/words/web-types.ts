// Types of the web platform in the signatures of the library. Whoever compiles against it may have them from Node's types or
// from a browser's library, or not at all: nothing that is not declared here may be needed. Interfaces, because an alias is
// replaced by what it means here wherever a type is inferred.

type FoundSignal = typeof globalThis extends { AbortSignal: { prototype: infer Found } }
  ? Found
  : {
      readonly aborted: boolean
      readonly reason: unknown
      addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void
    }

type FoundUrl = typeof globalThis extends { URL: { prototype: infer Found } } ? Found : { readonly href: string }

/** An `AbortSignal`. */
export interface SignalLike extends FoundSignal {}

/** A `URL`. */
export interface UrlLike extends FoundUrl {}
