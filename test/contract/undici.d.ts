// undici types only its front door; this is a back door (see src/http/exchange/undici-client.ts).

declare module 'undici/lib/core/symbols.js' {
  const symbols: { readonly kParser: symbol; readonly kError: symbol; readonly kKeepAliveTimeoutValue: symbol }
  export default symbols
}
