// How many names a second the lookup resolves against a DNS server on loopback in a process of its own, and that none is lost.
//   npm run build && node test/bench/lookup.mjs [names=100000] [at once=256] [limit=256]
// Prints one line of JSON a measurement. `dead`: 16 names that nobody answers among 200 living ones.

import { fork } from 'node:child_process'
import dgram from 'node:dgram'
import { fileURLToPath } from 'node:url'

if (process.argv[2] === 'server') serve()
else await measure()

function serve() {
  const socket = dgram.createSocket({ type: 'udp4', recvBufferSize: 4 << 20 })
  socket.on('message', (query, from) => {
    let end = 12
    while (query[end]) end += query[end] + 1
    const type = query.readUInt16BE(end + 1)
    if (query.toString('latin1', 13, 17) === 'dead') return
    const address = type === 28 ? Buffer.from('20010db8000000000000000000000001', 'hex') : Buffer.from([192, 0, 2, 1])
    const answer = Buffer.alloc(end + 5 + 12 + address.length)
    query.copy(answer, 0, 0, end + 5)
    answer.set([0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0], 2)
    answer.set([0xc0, 0x0c, 0, type, 0, 1, 0, 0, 0, 60, 0, address.length, ...address], end + 5)
    socket.send(answer, from.port, from.address)
  })
  socket.bind(0, '127.0.0.1', () => process.send(socket.address().port))
  process.on('disconnect', () => process.exit())
}

async function measure() {
  const { createLookup } = await import('../../build/http/names/lookup.js')
  const [names = 100_000, atOnce = 256, limit = 256] = process.argv.slice(2).map(Number)
  const server = fork(fileURLToPath(import.meta.url), ['server'])
  const port = await new Promise((resolve) => server.once('message', resolve))
  const options = { servers: [`127.0.0.1:${port}`], now: () => performance.now(), limit }

  for (const family of [null, 4]) {
    const lookup = createLookup({ ...options, family })
    const start = performance.now()
    const lost = {}
    let next = 0
    const worker = async () => {
      while (next < names) {
        const name = `host-${next++}.example.com`
        await lookup(name).catch(({ code }) => (lost[code] = (lost[code] ?? 0) + 1))
      }
    }
    await Promise.all(Array.from({ length: atOnce }, worker))
    const ms = performance.now() - start
    const rssMb = Math.round(process.memoryUsage.rss() / 2 ** 20)
    const namesPerSecond = Math.round((1000 * names) / ms)
    console.log(
      JSON.stringify({ what: family ? 'A' : 'A and AAAA', names, atOnce, limit, namesPerSecond, lost, rssMb }),
    )
    lookup.close()
  }

  const lookup = createLookup({ ...options, family: null })
  const start = performance.now()
  const dead = Array.from({ length: 16 }, (_, index) => lookup(`dead-${index}.example.com`).catch(({ code }) => code))
  await Promise.all(Array.from({ length: 200 }, (_, index) => lookup(`host-${index}.example.com`)))
  const livingMs = Math.round(performance.now() - start)
  const codes = [...new Set(await Promise.all(dead))]
  const deadMs = Math.round(performance.now() - start)
  console.log(JSON.stringify({ what: '16 dead, 200 living', livingMs, deadMs, codes }))
  lookup.close()
  server.disconnect()
}
