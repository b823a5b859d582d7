// undici types only its front door; these are back doors (see undici-client.ts).

declare module 'undici/lib/dispatcher/client.js' {
  const Client: unknown
  export default Client
}

declare module 'undici/lib/core/symbols.js' {
  const symbols: { readonly kParser: symbol; readonly kError: symbol }
  export default symbols
}
