// HOSTILE.md section 4, cases 27-63, and its section 2: what is odd about the HTTP of an answer. Where HOSTILE and curl
// differ, curl is right (DESIGN.md section 5): the status of a head that arrived whole stands, whatever else is in it.

import { gzipSync } from 'node:zlib'
import { type Script, step } from '../support/raw-server.js'
import {
  AT_ONCE_MS,
  answered,
  answering,
  answeringThen,
  CHUNKED,
  type Expected,
  failed,
  type HostileCase,
  LENGTH_2,
  OK,
  refused,
  reply,
  seenTwice,
  utf8,
} from './case.js'
import { playSuite } from './play.js'

const HI = '2\r\nhi\r\n0\r\n\r\n'
const CONTINUE = reply('HTTP/1.1 100 Continue')

/** What a server answers, and what that is: played with GET and HEAD, the stream ended after it. */
type Row = readonly [name: string, bytes: string, expect: Expected, expectOfHead?: Expected]

const rows = (number: number, ...table: readonly Row[]): HostileCase[] =>
  table.map(([name, bytes, expect, expectOfHead]) => ({
    number,
    name,
    serve: answering(bytes),
    expect,
    ...(expectOfHead && { expectOfHead }),
    withinMs: AT_ONCE_MS,
  }))

/** The same, but the server keeps the connection: the end of the stream must not be what ends it. */
const staying = (cases: readonly HostileCase[]): HostileCase[] =>
  cases.map((each) => {
    const script = each.serve as Script
    return { ...each, name: `${each.name}, staying`, serve: script.filter((one) => one !== step.fin) }
  })

const refusedRows = (number: number, reason: RegExp, table: Readonly<Record<string, string>>) =>
  rows(number, ...Object.entries(table).map(([name, bytes]): Row => [name, bytes, refused(reason)]))

const banners = [
  ...rows(
    34,
    ['ICY', reply('ICY 200 OK', ['icy-name: radio']), refused(/SHOUTcast/)],
    ['an SSH banner', 'SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n', refused(/speaks SSH/)],
    ['an SMTP banner', '220 mail.example ESMTP Postfix\r\n', refused(/speaks SMTP or FTP/)],
    ['a POP3 banner', '+OK POP3 ready\r\n', refused(/POP3 or IMAP/)],
    ['HTTP/2 frames', '\0\0\x06\x04\0\0\0\0\0\0\x03\0\0\0\x64', refused(/only HTTP\/2/)],
    ['a TLS alert', '\x15\x03\x01\0\x02\x02\x0a', refused(/speaks TLS/, /https:\/\//)],
  ),
]

const kept = (script: (connection: number) => Script, expect: readonly Expected[], connections: number) => ({
  serve: { each: script },
  paths: expect.map((_, index) => `/${index}`),
  expect,
  connections,
  // One after the other, so that a later line finds the connection of an earlier one.
  flags: ['--per-host', '1'],
})
const NO_BODY = reply(OK, ['Content-Length: 0'])

const cases: HostileCase[] = [
  ...rows(
    27,
    ['999', reply('HTTP/1.1 999 Request denied', [LENGTH_2], 'hi'), { status: 999, kind: 'blocked.status-999' }],
    ['600', reply('HTTP/1.1 600 Odd', [LENGTH_2], 'hi'), answered(600)],
    ['299', reply('HTTP/1.1 299 Odd', [LENGTH_2], 'hi'), answered(299)],
  ),
  ...refusedRows(28, /status line/, { '000': reply('HTTP/1.1 000 Zero'), '099': reply('HTTP/1.1 099 Low') }),
  ...staying(refusedRows(28, /status line/, { '000': reply('HTTP/1.1 000 Zero') })),
  ...refusedRows(29, /status line/, {
    99: reply('HTTP/1.1 99 Low'),
    1000: reply('HTTP/1.1 1000 Many', [LENGTH_2], 'hi'),
    abc: reply('HTTP/1.1 abc OK'),
    '-200': reply('HTTP/1.1 -200 OK'),
    'a hundred digits': reply(`HTTP/1.1 ${'2'.repeat(100)} OK`),
  }),
  ...rows(
    30,
    ['no reason phrase', reply('HTTP/1.1 404', [LENGTH_2], 'hi'), answered(404)],
    ['a blank instead of one', reply('HTTP/1.1 404 ', [LENGTH_2], 'hi'), answered(404)],
  ),
  ...refusedRows(31, /not HTTP/, { 'HTTP/0.9': '<html>hi</html>', 'HTTP/0.9, one byte': '<' }),
  ...staying(refusedRows(31, /not HTTP/, { 'HTTP/0.9': '<html>hi</html>\n' })),
  ...rows(
    32,
    ['HTTP/1.0', reply('HTTP/1.0 200 OK', [], 'hi'), answered(200)],
    ['HTTP/1.0 with keep-alive', reply('HTTP/1.0 404 No', ['Connection: keep-alive', LENGTH_2], 'hi'), answered(404)],
  ),
  ...rows(
    33,
    ['HTTP/1.2', reply('HTTP/1.2 200 OK', [LENGTH_2], 'hi'), refused(/status line/)],
    ['HTTP/2.0', reply('HTTP/2.0 200 OK', [LENGTH_2], 'hi'), answered(200)],
    ['HTTP/2', reply('HTTP/2 404', [LENGTH_2], 'hi'), seenTwice(404)],
  ),
  ...banners,
  ...staying(banners),
  ...rows(
    35,
    ['a leading CRLF', `\r\n${reply(OK, [LENGTH_2], 'hi')}`, answered(200)],
    ['two of them', `\r\n\r\n${reply('HTTP/1.1 404 No', [LENGTH_2], 'hi')}`, answered(404)],
  ),
  ...refusedRows(36, /not HTTP/, {
    'leading junk': `junk${reply(OK, [LENGTH_2], 'hi')}`,
    'a junk line': `junk\r\n${reply(OK, [LENGTH_2], 'hi')}`,
    'a byte order mark': utf8(`\ufeff${reply(OK, [LENGTH_2], 'hi')}`),
    'a NUL': `\0${reply(OK, [LENGTH_2], 'hi')}`,
  }),
  ...rows(
    37,
    ['Content-Length twice, equal', reply(OK, [LENGTH_2, LENGTH_2], 'hi'), seenTwice(200)],
    ['Content-Length: 2, 2', reply('HTTP/1.1 404 No', ['Content-Length: 2, 2'], 'hi'), seenTwice(404)],
  ),
  ...rows(
    38,
    ['Content-Length twice, different', reply(OK, [LENGTH_2, 'Content-Length: 3'], 'hi'), seenTwice(200)],
    ['Content-Length: 2, 3', reply(OK, ['Content-Length: 2, 3'], 'hi'), seenTwice(200)],
  ),
  ...['-1', '+2', 'abc', '', '2.0', '18446744073709551618', '9'.repeat(40)].flatMap((length) =>
    rows(39, [`Content-Length: ${length}`, reply(OK, [`Content-Length: ${length}`], 'hi'), seenTwice(200)]),
  ),
  ...rows(
    40,
    ['Content-Length and chunked', reply(OK, ['Content-Length: 12', CHUNKED], HI), seenTwice(200)],
    ['chunked and Content-Length', reply('HTTP/1.1 404 No', [CHUNKED, 'Content-Length: 12'], HI), seenTwice(404)],
  ),
  ...['foo', 'gzip, chunked', 'chunked, chunked', 'chunked, gzip', 'identity', ''].flatMap((coding) =>
    rows(41, [`Transfer-Encoding: ${coding}`, reply(OK, [`Transfer-Encoding: ${coding}`], HI), answered(200)]),
  ),
  ...rows(
    42,
    ['a folded header', reply(OK, ['A: b', ' c', '\td', LENGTH_2], 'hi'), seenTwice(200)],
    ['a folded first line', reply('HTTP/1.1 404 No', [' folded', LENGTH_2], 'hi'), seenTwice(404)],
  ),
  ...rows(
    43,
    ['bare LF everywhere', 'HTTP/1.1 200 OK\nContent-Length: 2\n\nhi', seenTwice(200)],
    ['bare LF after a header', 'HTTP/1.1 404 No\r\nA: b\nContent-Length: 2\r\n\r\nhi', seenTwice(404)],
    ['bare LF for the empty line', 'HTTP/1.1 404 No\r\nContent-Length: 2\r\n\nhi', seenTwice(404)],
  ),
  ...rows(
    44,
    ['bare CR everywhere', 'HTTP/1.1 200 OK\rContent-Length: 2\r\rhi', refused(/ends in the middle/)],
    ['bare CR in a value', reply(OK, ['A: b\rc', LENGTH_2], 'hi'), seenTwice(200)],
    ['bare CR after the status line', 'HTTP/1.1 200 OK\rContent-Length: 2\r\n\r\nhi', seenTwice(200)],
  ),
  ...rows(
    45,
    [
      'an ESC in a value',
      reply(OK, ['Server: \x1b[2J\x1b]0;x\x07', 'Content-Type: \x1b[31m', LENGTH_2], 'hi'),
      seenTwice(200),
    ],
    ['control characters in a value', reply(OK, ['Server: \x01\x02\x1f', LENGTH_2], 'hi'), seenTwice(200)],
    ['a DEL in a value', reply(OK, ['Server: \x7f', LENGTH_2], 'hi'), seenTwice(200)],
    ['a NUL in a value', reply('HTTP/1.1 404 No', ['Server: a\0b', LENGTH_2], 'hi'), seenTwice(404)],
  ),
  ...['Server : x', 'Server', ': x', 'Ser ver: x', 'Serv\xebr: x', 'Ser\x01ver: x', 'Ser\0ver: x'].flatMap((line) =>
    rows(46, [`the line ${JSON.stringify(line)}`, reply('HTTP/1.1 404 No', [line, LENGTH_2], 'hi'), seenTwice(404)]),
  ),
  ...rows(
    47,
    ['100, then 404', CONTINUE + reply('HTTP/1.1 404 No', [LENGTH_2], 'hi'), seenTwice(404)],
    ['100 and nothing more', CONTINUE, seenTwice(100)],
  ),
  {
    number: 47,
    name: '100 and 100 ms later 404',
    serve: [step.readHead, step.write(CONTINUE), step.wait(100), step.write(reply('HTTP/1.1 404 No')), step.fin],
    expect: seenTwice(404),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 47,
    name: '100 and silence',
    serve: answeringThen(CONTINUE),
    expect: refused(/asked twice/),
  },
  ...rows(
    48,
    ['103, then 200', reply('HTTP/1.1 103 Early Hints', ['Link: </a>']) + reply(OK, [LENGTH_2], 'hi'), answered(200)],
    ['102 sixty-four times, then 404', reply('HTTP/1.1 102 P').repeat(64) + reply('HTTP/1.1 404 No'), answered(404)],
    ['103 a hundred times', reply('HTTP/1.1 103 E').repeat(100) + reply('HTTP/1.1 404 No'), refused(/endless interim/)],
  ),
  ...rows(
    49,
    ['a bare 101', reply('HTTP/1.1 101 Switching Protocols'), seenTwice(101)],
    ['101, then 200', reply('HTTP/1.1 101 S') + reply(OK, [LENGTH_2], 'hi'), seenTwice(101)],
  ),
  ...rows(50, [
    '101 with Upgrade',
    reply('HTTP/1.1 101 S', ['Upgrade: websocket', 'Connection: Upgrade']),
    seenTwice(101),
  ]),
  ...rows(
    51,
    ['200 with Upgrade: h2c', reply(OK, ['Upgrade: h2,h2c', 'Connection: Upgrade', LENGTH_2], 'hi'), answered(200)],
    [
      '426 with Upgrade: h2c',
      reply('HTTP/1.1 426 Upgrade', ['Upgrade: h2c', 'Connection: Upgrade', LENGTH_2], 'hi'),
      answered(426),
    ],
  ),
  ...rows(
    52,
    ['UTF-8 in the reason', reply(utf8('HTTP/1.1 404 Nicht gefunden – völlig'), [LENGTH_2], 'hi'), answered(404)],
    ['latin1 in the reason', reply('HTTP/1.1 404 V\xf6llig', [LENGTH_2], 'hi'), answered(404)],
    ['ANSI in the reason', reply('HTTP/1.1 404 \x1b[31mred\x1b[0m\x9b2J', [LENGTH_2], 'hi'), answered(404)],
    ['a workflow command in it', reply('HTTP/1.1 404 ::error::x ##[error]y', [LENGTH_2], 'hi'), answered(404)],
    ['a reason of 90 KB', reply(`HTTP/1.1 404 ${'x'.repeat(92_160)}`, [LENGTH_2], 'hi'), answered(404)],
  ),
  ...rows(
    53,
    ['204 with a body', reply('HTTP/1.1 204 No Content', [LENGTH_2], 'hi'), answered(204)],
    ['204 with chunks', reply('HTTP/1.1 204 No Content', [CHUNKED], HI), answered(204)],
    ['304 with a length', reply('HTTP/1.1 304 Not Modified', ['Content-Length: 5000']), answered(304)],
    ['304 with a body', reply('HTTP/1.1 304 Not Modified', [LENGTH_2], 'hi'), answered(304)],
  ),
  ...rows(
    54,
    ['a body, HEAD or not', reply('HTTP/1.1 404 No', ['Content-Length: 5'], 'hello'), answered(404)],
    ['chunks, HEAD or not', reply(OK, [CHUNKED], HI), answered(200)],
    ['a body without a length, HEAD or not', reply(OK, [], 'hello'), answered(200)],
  ),
  {
    number: 54,
    name: 'HEAD answered with a body does not poison the next line',
    methods: ['HEAD'],
    ...kept(
      (connection) =>
        connection === 0
          ? answeringThen(reply(OK, ['Content-Length: 20'], 'HTTP/1.1 500 Poison\r\n'), step.restart)
          : answeringThen(reply('HTTP/1.1 404 No', ['Content-Length: 0'])),
      [answered(200), answered(404)],
      2,
    ),
  },
  // Asked again with GET, which is refused here as well.
  ...[403, 404, 405, 501].flatMap((status) =>
    rows(55, [`${status} to HEAD alone`, reply(`HTTP/1.1 ${status} No`, ['Content-Length: 0']), answered(status)]).map(
      (each): HostileCase => ({ ...each, methods: ['HEAD'], connections: 1 }),
    ),
  ),
  ...rows(
    56,
    ['a header of 20 KB', reply(OK, [`X: ${'v'.repeat(20_480)}`, LENGTH_2], 'hi'), answered(200)],
    ['headers of 250 KB', reply('HTTP/1.1 404 No', Array<string>(250).fill(`X: ${'v'.repeat(997)}`)), answered(404)],
    ['headers of 290 KB', reply('HTTP/1.1 404 No', Array<string>(290).fill(`X: ${'v'.repeat(1019)}`)), seenTwice(404)],
    ['headers of 400 KB', reply('HTTP/1.1 404 No', Array<string>(400).fill(`X: ${'v'.repeat(1019)}`)), seenTwice(404)],
  ),
  ...rows(
    57,
    [
      '2,000 headers',
      reply(
        'HTTP/1.1 404 No',
        Array.from({ length: 2000 }, (_, i) => `X-${i}: v`),
      ),
      answered(404),
    ],
    [
      '10,000 headers',
      reply(
        'HTTP/1.1 404 No',
        Array.from({ length: 10_000 }, (_, i) => `X-${i}: v`),
      ),
      answered(404),
    ],
  ),
  ...rows(58, [
    '__proto__',
    reply(OK, ['__proto__: x', 'constructor: y', 'toString: z', LENGTH_2], 'hi'),
    answered(200),
  ]),
  ...rows(
    59,
    ['two answers in one segment', reply('HTTP/1.1 404 No', ['Content-Length: 0']) + NO_BODY, answered(404)],
    ['two answers to the end', reply('HTTP/1.1 404 No', [LENGTH_2], 'hi') + reply(OK, [], 'hi'), answered(404)],
  ),
  {
    number: 59,
    name: 'the second of two answers does not poison the next line',
    ...kept(
      (connection) =>
        connection === 0
          ? answeringThen(NO_BODY + reply('HTTP/1.1 500 Poison', ['Content-Length: 0']), step.restart)
          : answeringThen(reply('HTTP/1.1 404 No', ['Content-Length: 0'])),
      [answered(200), answered(404)],
      2,
    ),
  },
  {
    number: 59,
    name: 'a 408 and FIN behind an answer do not poison the next line',
    ...kept(
      (connection) =>
        connection === 0
          ? answering(NO_BODY + reply('HTTP/1.1 408 Timeout', ['Content-Length: 0', 'Connection: close']))
          : answeringThen(reply('HTTP/1.1 404 No', ['Content-Length: 0'])),
      [answered(200), answered(404)],
      2,
    ),
  },
  {
    number: 'idle',
    name: 'a connection serves all lines while the server keeps it',
    ...kept(() => answeringThen(NO_BODY, step.restart), Array<Expected>(20).fill(answered(200)), 1),
  },
  {
    number: 'idle',
    name: 'FIN right after every answer is no failure',
    ...kept(() => answering(NO_BODY), Array<Expected>(20).fill(answered(200)), 20),
  },
  {
    number: 'idle',
    name: 'FIN a moment after every answer is no failure',
    ...kept(() => answeringThen(NO_BODY, step.wait(1), step.fin), Array<Expected>(20).fill(answered(200)), 20),
  },
  {
    number: 'idle',
    name: 'FIN on every second request is no failure',
    ...kept(() => answeringThen(NO_BODY, step.readHead, step.fin), Array<Expected>(20).fill(answered(200)), 20),
  },
  {
    number: 'idle',
    name: 'RST on every second request is no failure',
    ...kept(() => answeringThen(NO_BODY, step.readHead, step.rst), Array<Expected>(20).fill(answered(200)), 20),
  },
  {
    number: 'idle',
    name: 'a fresh connection that is closed as well is a failure, asked no third time',
    ...kept(
      (connection) => (connection === 0 ? answeringThen(NO_BODY, step.readHead, step.fin) : [step.readHead, step.fin]),
      [answered(200), failed('tcp.closed'), failed('tcp.closed')],
      3,
    ),
  },
  {
    number: 'idle',
    name: 'a reused connection that is closed after a byte of the answer is not asked again',
    ...kept(
      () => answeringThen(NO_BODY, step.readHead, step.write('HTTP/1.1 20'), step.fin),
      [answered(200), failed('tcp.closed')],
      1,
    ),
    // A HEAD that is closed is asked again with GET.
    methods: ['GET'],
  },
  ...rows(
    60,
    [
      'a gzip bomb',
      reply(OK, ['Content-Encoding: gzip'], gzipSync(Buffer.alloc(50_000_000)).toString('latin1', 0, 40_000)),
      answered(200),
    ],
    ['20 stacked encodings', reply(OK, [`Content-Encoding: ${'gzip, '.repeat(19)}br`, LENGTH_2], 'hi'), answered(200)],
  ),
  {
    number: 60,
    name: 'a gzip bomb of 50 MB',
    serve: answering(reply(OK, ['Content-Encoding: gzip'], gzipSync(Buffer.alloc(50_000_000)).toString('latin1'))),
    expect: answered(200),
    withinMs: AT_ONCE_MS,
  },
  ...rows(
    61,
    ['trailers', reply(OK, ['Trailer: X', CHUNKED], '2\r\nhi\r\n0\r\nX: y\r\n\r\n'), answered(200)],
    ['a chunk extension', reply(OK, [CHUNKED], '2;a=b;c="d"\r\nhi\r\n0\r\n\r\n'), answered(200)],
  ),
  {
    number: 61,
    name: 'trailers do not cost the connection',
    methods: ['GET'],
    ...kept(
      () => answeringThen(reply(OK, [CHUNKED], '2;a=b\r\nhi\r\n0\r\nX: y\r\n\r\n'), step.restart),
      [answered(200), answered(200)],
      1,
    ),
  },
  ...rows(
    62,
    [
      'odd headers twice',
      reply(OK, ['Content-Type: a', 'Content-Type: b, c;;', 'Server:', LENGTH_2], 'hi'),
      answered(200),
    ],
    ['an odd cookie', reply(OK, ['Set-Cookie: ;;=;; Max-Age=x; Domain=.', LENGTH_2], 'hi'), answered(200)],
    [
      'an odd Keep-Alive',
      reply(OK, ['Keep-Alive: timeout=-1, max=x', 'Connection: a, keep-alive', LENGTH_2], 'hi'),
      answered(200),
    ],
    ['an odd Date', reply(OK, ['Date: yesterday', 'Last-Modified: x', 'Age: -1', LENGTH_2], 'hi'), answered(200)],
  ),
  // Retries are a policy to come: the answer stands, at once, whatever it asks to wait for.
  ...['99999999', 'Thu, 01 Jan 1970 00:00:00 GMT', 'soon', '-1', '99999999999999999999'].flatMap((when) =>
    rows(
      63,
      [
        `429, Retry-After: ${when}`,
        reply('HTTP/1.1 429 Slow', [`Retry-After: ${when}`, 'Content-Length: 0']),
        { status: 429, kind: 'blocked.rate-limit' },
      ],
      [
        `503, Retry-After: ${when}`,
        reply('HTTP/1.1 503 Busy', [`Retry-After: ${when}`, 'Content-Length: 0']),
        answered(503),
      ],
    ),
  ),
]

playSuite('http', cases, { numbers: [27, 63] })
