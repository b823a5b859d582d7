// Where we knowingly say something else than curl 7.88 does. Short, and exact: a row that agrees again has to go.

/** Reason → names of replies. */
export const DIFFERENCES: Readonly<Record<string, readonly string[]>> = {
  // llhttp is lenient here, and a second look is made only after a refusal.
  'undici takes it on the first look': [
    'version: HTTP/0.9',
    'start: CRLF',
    'start: CRLF twice',
    'start: LF',
    'no HTTP: ICE',
    'no HTTP: RTSP',
  ],
  // curl looks at the digits of HTTP/1 only, and there it agrees.
  'a status is three digits after a blank (RFC 9112 §4)': [
    'version: HTTP/2 99',
    'version: HTTP/2 20x',
    'version: HTTP/2 2000',
    'version: HTTP/2200',
  ],
  // `http/1.1 404` prints 200: to curl it is an alias of a status line, and aliases mean 200.
  'curl calls it 200 without reading the code': ['version: HTTP/x.y', 'version: lower case 404'],
}
