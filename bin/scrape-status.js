#!/usr/bin/env node
// Builds the world and calls `run`: the only file that touches the process. CommonJS, so that Node need not start its
// loader of ES modules.

// What V8 makes of the sources is kept, by Node where it can do that (22.8), in a folder of the user's own: what lies in
// there is run. Every later start costs 15 ms less, the first one 10 ms more, so not in CI, where every start is the first.
// NODE_DISABLE_COMPILE_CACHE=1 turns it off; where nothing can be written nothing is said.
const { CI, HOME, NODE_DISABLE_COMPILE_CACHE, XDG_CACHE_HOME = HOME && `${HOME}/.cache` } = process.env
const saveCompiled = XDG_CACHE_HOME && !CI ? keepCompiled(`${XDG_CACHE_HOME}/scrape-status`) : () => {}

// glibc's resolver asks a silent server for 10 s, and a process does not end before it returns; it is only our second opinion,
// so a second and once more are enough (resolv.conf(5)).
process.env.RES_OPTIONS ??= 'timeout:1 attempts:2'

const { getHeapSpaceStatistics, setFlagsFromString } = require('node:v8')
const { crashText, run } = requireCommand()

/** Returns what to call once everything is loaded. */
function keepCompiled(folder) {
  const { enableCompileCache } = require('node:module')
  if (!enableCompileCache && !NODE_DISABLE_COMPILE_CACHE) return require('./compile-cache.js').keepCompiled(folder)
  enableCompileCache?.(folder)
  return () => {}
}

/** The command; of a clone that was never built a sentence instead of a stack. */
function requireCommand() {
  try {
    return require('../dist/cli.cjs')
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND' || !error.message.includes("'../dist/cli.cjs'")) throw error
    const folder = require('node:path').dirname(__dirname)
    process.stderr.write(`scrape-status: not built yet; in ${folder}: npm ci && npm run build\n`)
    return { crashText: String, run: async () => 3 }
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM']

const world = {
  env: process.env,
  get stdin() {
    return process.stdin
  },
  stdout: process.stdout,
  stderr: process.stderr,
  // performance.now() tells the same; Node 20 would load a module for it.
  now() {
    const [seconds, nanoseconds] = process.hrtime()
    return seconds * 1000 + nanoseconds / 1e6
  },
  onSignal(handler) {
    for (const name of SIGNALS) process.on(name, handler)
    return () => {
      for (const name of SIGNALS) process.off(name, handler)
    }
  },
  // The second signal does what it does by default: whatever is pending is lost, as asked.
  die(code) {
    const name = code === 143 ? 'SIGTERM' : 'SIGINT'
    process.removeAllListeners(name)
    process.kill(process.pid, name)
  },
  pid: process.pid,
  isRunning(pid) {
    try {
      return process.kill(pid, 0)
    } catch ({ code }) {
      // One of another user's.
      return code === 'EPERM'
    }
  },
  // Only once a reader that takes nothing has had its time: a pending write would keep the process for ever.
  leave(code) {
    process.exit(code)
  },
}

saveCompiled()
// Not before everything is loaded: what Node brings compiled is of no use to V8 under other flags (12 ms).
// V8 lets a heap grow to four times what lives in it before it looks again; less is enough, for a quarter less memory.
setFlagsFromString('--heap-growing-percent=60')
// V8 11 (Node 20) optimises the HTTP parser from the first answer on, which takes 70 ms of another core and 33 MB, and a
// process ends no sooner than that is done. With this budget it waits for some hundred answers; later V8s wait as well.
if (process.versions.v8.startsWith('11.')) setFlagsFromString('--wasm-tiering-budget=2000000000')
// Since V8 13 (Node 24) the young part of the heap grows to four times what it was, 64 MB a half: 80 MB more at the peak
// and no faster (measured). Its bound is read before this file is; by what it grows each time, later as well. So it grows
// as ever up to what was the bound, and then no more. It takes seconds from one step to the next; a look, 20 µs.
const YOUNG_HALF_BYTES = 14 * 2 ** 20
const looking = setInterval(() => {
  const young = getHeapSpaceStatistics().find((space) => space.space_name === 'new_space')
  if (young && young.space_used_size + young.space_available_size < YOUNG_HALF_BYTES) return
  clearInterval(looking)
  setFlagsFromString('--semi-space-growth-factor=1')
}, 50).unref()

// A terminal that went away must not become a crash in the middle of a message.
process.stderr.on('error', () => {})

// Until it is known: a run that ends in the middle, with nothing left to wait for, is a bug and never green.
process.exitCode = 3
run(process.argv.slice(2), world).then(
  (code) => {
    process.exitCode = code
  },
  (error) => {
    process.exitCode = 3
    process.stderr.write(crashText(error))
  },
)
