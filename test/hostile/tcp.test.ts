// HOSTILE.md section 4, cases 1-26: what happens below HTTP. Under https the same thing happens inside TLS.

import { expect } from 'vitest'
import { startBlackHole } from '../support/black-hole.js'
import { type Script, startRawServer, step } from '../support/raw-server.js'
import {
  AT_ONCE_MS,
  answered,
  answering,
  answeringThen,
  CHUNKED,
  failed,
  type HostileCase,
  LENGTH_2,
  OK,
  type Place,
  refused,
  reply,
  seenTwice,
} from './case.js'
import { playSuite } from './play.js'

const LATE = failed('timeout', 'firstByte', { hint: /^If it is only slow: -t/ })

/** Long enough for the peer to have read what was sent before. */
const READ = step.wait(50)

const blackHole = {
  async start({ host, scheme }: Place) {
    const hole = await startBlackHole(host)
    return { lines: [`${scheme}://${host}:${hole.port}/`], connections: null, close: hole.close }
  },
}
const noServer = (line: (place: Place) => string) => ({
  start: async (place: Place) => ({ lines: [line(place)], connections: null, close: async () => {} }),
})
/** Speaks no TLS under https either: the script begins at the first byte. */
const withoutTls = (script: Script) => ({
  async start({ host, scheme }: Place) {
    const server = await startRawServer(script, { host })
    const lines = [`${scheme}://${host}:${server.port}/`]
    return { lines, connections: server.connections, close: server.close }
  },
})
/** Checks how much the kernel took of a flood: what we read, and the buffers of both sides. */
const floods = (script: Script, mostBytes: number) => ({
  async start({ host, tls }: Place) {
    const server = await startRawServer(script, { host, ...(tls && { tls }) })
    const check = () => expect(server.bytesWritten(), 'bytes written').toBeLessThan(mostBytes)
    return { lines: [`${server.url}/`], connections: server.connections, close: server.close, check }
  },
})
/** What two sockets on loopback hold while nobody reads (tcp_rmem, tcp_wmem), twice. */
const BUFFERS = 24 * 1024 * 1024

const cases: HostileCase[] = [
  { number: 1, name: 'accepts and never answers', serve: [step.readHead], expect: LATE },
  { number: 2, name: 'drops every SYN', serve: blackHole, expect: failed('timeout', 'connect') },
  {
    number: 2,
    name: 'drops every SYN, with a bound for connecting',
    serve: blackHole,
    flags: ['--connect-timeout', '300ms'],
    expect: failed('tcp.timed_out', 'connect'),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 3,
    name: 'closed port',
    serve: noServer(({ scheme, host }) => `${scheme}://${host}:9/`),
    expect: failed('tcp.refused', 'ECONNREFUSED'),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 3,
    name: 'closed port on both addresses',
    serve: noServer(({ scheme }) => `${scheme}://localhost:9/`),
    expect: failed('tcp.refused', 'ECONNREFUSED', { reason: /./ }),
    withinMs: AT_ONCE_MS,
  },
  // Under https this is case 95, before the handshake.
  {
    number: 4,
    name: 'RST at accept',
    serve: withoutTls([step.rst]),
    expect: failed('tcp.reset'),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 4,
    name: 'FIN at accept',
    serve: withoutTls([step.fin]),
    expect: failed('tcp.closed'),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 4,
    name: 'RST after the handshake',
    serve: [step.rst],
    schemes: ['https'],
    expect: failed('tcp.reset'),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 4,
    name: 'FIN after the handshake',
    serve: [step.fin],
    schemes: ['https'],
    expect: failed('tcp.closed'),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 5,
    name: 'RST after the request',
    serve: [step.readHead, step.rst],
    expect: failed('tcp.reset'),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 6,
    name: 'FIN after the request',
    serve: [step.readHead, step.fin],
    expect: failed('tcp.closed'),
    withinMs: AT_ONCE_MS,
  },
  ...[
    'H',
    'HTTP/1.',
    'HTTP/1.1 20',
    'HTTP/1.1 200',
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 200 OK\r\nContent-Le',
    `${OK}\r\n${LENGTH_2}\r\n`,
    `${OK}\r\n${LENGTH_2}\r\n\r`,
  ].flatMap((torn): HostileCase[] => [
    {
      number: 7,
      name: `RST after ${JSON.stringify(torn)}`,
      serve: answeringThen(torn, READ, step.rst),
      // libuv tells the end of the stream where one poll finds both data and a reset (uv__stream_io).
      expect: failed('tcp.reset', undefined, { or: failed('tcp.closed') }),
      withinMs: AT_ONCE_MS,
    },
    {
      number: 7,
      name: `FIN after ${JSON.stringify(torn)}`,
      serve: answering(torn),
      expect: failed('tcp.closed'),
      withinMs: AT_ONCE_MS,
    },
  ]),
  ...[
    ['a body with a length', reply(OK, ['Content-Length: 100'], 'hi')],
    ['a chunk', reply(OK, [CHUNKED], '64\r\nhi')],
    ['a chunk size', reply(OK, [CHUNKED], '6')],
    ['the last chunk', reply(OK, [CHUNKED], '2\r\nhi\r\n0\r\n')],
    ['a body without a length', reply(OK, [], 'hi')],
  ].flatMap(([where, bytes]): HostileCase[] => [
    {
      number: 8,
      name: `RST inside ${where}`,
      serve: answeringThen(bytes!, READ, step.rst),
      expect: answered(200),
      withinMs: AT_ONCE_MS,
    },
    { number: 8, name: `FIN inside ${where}`, serve: answering(bytes!), expect: answered(200), withinMs: AT_ONCE_MS },
  ]),
  {
    number: 9,
    name: 'a byte of the head every 100 ms',
    serve: [step.readHead, step.drip(reply(OK, ['X: slow'.repeat(20)]), 100)],
    expect: LATE,
  },
  {
    number: 10,
    name: 'a header line every 100 ms',
    serve: answeringThen(`${OK}\r\n`, step.forever('X: slow\r\n', 100)),
    expect: LATE,
  },
  {
    number: 11,
    name: 'endless header lines',
    isFlood: true,
    serve: floods(answeringThen(`${OK}\r\n`, step.forever('X: y\r\n'.repeat(1000))), BUFFERS),
    expect: refused(/the header never ends/),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 11,
    name: '80,000 header lines and their end',
    isFlood: true,
    serve: [step.readHead, step.write(`${OK}\r\n${'X: y\r\n'.repeat(80_000)}\r\n`), step.fin],
    expect: seenTwice(200),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 12,
    name: 'an endless header name',
    isFlood: true,
    serve: floods(answeringThen(`${OK}\r\n`, step.forever('x'.repeat(10_000))), BUFFERS),
    expect: refused(/the header never ends/),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 12,
    name: 'an endless header value',
    isFlood: true,
    serve: floods(answeringThen(`${OK}\r\nX: `, step.forever('x'.repeat(10_000))), BUFFERS),
    expect: refused(/the header never ends/),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 13,
    name: 'an endless reason phrase',
    // Not faster: undici reads it until the deadline, and the other cases want the two cores as well.
    serve: answeringThen('HTTP/1.1 200 ', step.forever('x'.repeat(10_000), 2)),
    expect: LATE,
  },
  {
    number: 14,
    name: 'endless 103, as fast as it goes',
    isFlood: true,
    serve: floods([step.readHead, step.forever(reply('HTTP/1.1 103 Early Hints').repeat(100))], BUFFERS),
    expect: refused(),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 14,
    name: 'a 102 every 20 ms',
    serve: [step.readHead, step.forever(reply('HTTP/1.1 102 Processing'), 20)],
    expect: refused(/endless interim answers|asked twice/),
  },
  {
    number: 15,
    name: 'a byte of the body every 200 ms',
    serve: answeringThen(reply(OK, [CHUNKED]), step.forever('1\r\nx\r\n', 200)),
    expect: answered(200),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 15,
    name: 'a byte of a body with a length every 100 ms',
    serve: answeringThen(reply(OK, ['Content-Length: 1000']), step.forever('x', 100)),
    expect: answered(200),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 16,
    name: 'a body that stalls',
    serve: answeringThen(reply(OK, ['Content-Length: 100'], 'hi')),
    expect: answered(200),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 16,
    name: 'a chunked body that stalls',
    serve: answeringThen(reply(OK, [CHUNKED], '2\r\nhi\r\n')),
    expect: answered(200),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 17,
    name: 'an endless chunked body',
    isFlood: true,
    serve: floods(
      answeringThen(reply(OK, [CHUNKED]), step.forever('1000\r\n'.concat('x'.repeat(4096), '\r\n'))),
      BUFFERS,
    ),
    expect: answered(200),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 17,
    name: 'an endless body without a length',
    isFlood: true,
    serve: floods(answeringThen(reply(OK), step.forever('x'.repeat(10_000))), BUFFERS),
    expect: answered(200),
    withinMs: AT_ONCE_MS,
  },
  ...['FFFFFFFFFFFFFFFF', '7FFFFFFFFFFFFFFF'].map(
    (size): HostileCase => ({
      number: 18,
      name: `a chunk of 0x${size} bytes`,
      serve: answeringThen(reply(OK, [CHUNKED], `${size}\r\nhi`)),
      expect: answered(200),
      withinMs: AT_ONCE_MS,
    }),
  ),
  ...['FFFFFFFFFFFFFFFFF', 'zz', '-1', '0x2', ''].map(
    (size): HostileCase => ({
      number: 19,
      name: `a chunk size of ${JSON.stringify(size)}`,
      serve: answeringThen(reply(OK, [CHUNKED], `${size}\r\nhi\r\n0\r\n\r\n`)),
      expect: answered(200),
      withinMs: AT_ONCE_MS,
    }),
  ),
  {
    number: 20,
    name: 'an endless chunk extension',
    serve: answeringThen(reply(OK, [CHUNKED], '2;'), step.forever('x'.repeat(10_000), 2)),
    expect: answered(200),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 21,
    name: 'endless trailers',
    isFlood: true,
    serve: floods(answeringThen(reply(OK, [CHUNKED], '0\r\n'), step.forever('X: y\r\n'.repeat(1000))), BUFFERS),
    expect: answered(200),
    withinMs: AT_ONCE_MS,
  },
  ...['9007199254740992', '9223372036854775808', '18446744073709551615'].map(
    (length): HostileCase => ({
      number: 22,
      name: `a Content-Length of ${length}`,
      serve: answeringThen(reply(OK, [`Content-Length: ${length}`], 'hi')),
      expect: answered(200),
      withinMs: AT_ONCE_MS,
    }),
  ),
  { number: 23, name: 'never reads the request', serve: [step.wait(60_000)], expect: LATE },
  {
    number: 24,
    name: 'answers before the request is read, then RST',
    serve: [step.write(reply(OK, [LENGTH_2], 'hi')), READ, step.rst],
    // Where the reset is there before the request is written, writing it fails.
    expect: answered(200, { or: failed('tcp.reset') }),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 24,
    name: 'answers before the request is read, RST at once',
    serve: [step.write(reply(OK, [LENGTH_2], 'hi')), step.rst],
    expect: answered(200, { or: failed('tcp.reset') }),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 24,
    name: 'answers while the request is read, RST at once',
    serve: [step.readHead, step.write(reply(OK, [LENGTH_2], 'hi')), step.rst],
    expect: answered(200, { or: failed('tcp.reset') }),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 25,
    name: 'FIN at the end of a body without a length',
    serve: answering(reply(OK, [], 'hi')),
    expect: answered(200),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 25,
    name: 'FIN after a head alone',
    serve: answering(reply('HTTP/1.0 404 Gone')),
    expect: answered(404),
    withinMs: AT_ONCE_MS,
  },
  {
    number: 26,
    name: 'a full accept queue',
    serve: blackHole,
    expect: failed('timeout', 'connect'),
    schemes: ['http'],
    methods: ['GET'],
  },
]

playSuite('tcp', cases, { numbers: [1, 26] })
