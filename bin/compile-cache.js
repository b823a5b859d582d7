// What V8 makes of our own files, kept for later starts, for a Node that cannot do that itself (before 22.8). Whatever goes
// wrong with it, nothing is said and the files are compiled as ever.

const { createHash } = require('node:crypto')
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs')
const Module = require('node:module')
const { dirname, join } = require('node:path')
const { Script } = require('node:vm')

const DIGEST_BYTES = 32

/**
 * From now on `.cjs` files, which are the bundles in `dist/` and nothing else on the way, are taken from `folder` where they
 * are in there. Call what it returns once they are loaded, and before any flag of V8 is set: under other flags V8 refuses
 * what it made.
 */
exports.keepCompiled = function keepCompiled(folder) {
  const made = []
  require.extensions['.cjs'] = (module, filename) => {
    const source = readFileSync(filename, 'utf8')
    // By content: V8 itself knows a source by its length alone.
    const file = join(folder, `${process.version}-${process.arch}`, digest(source).toString('hex'))
    const cachedData = read(file)
    const script = new Script(Module.wrap(source), { filename, cachedData })
    if (cachedData === undefined || script.cachedDataRejected) made.push({ file, script })
    script.runInThisContext()(module.exports, Module.createRequire(filename), module, filename, dirname(filename))
  }
  return () => {
    delete require.extensions['.cjs']
    try {
      for (const { file, script } of made) write(file, script.createCachedData())
    } catch {}
  }
}

/** Undefined where there is none, or where it is not whole: V8 would run it. */
function read(file) {
  try {
    const bytes = readFileSync(file)
    const data = bytes.subarray(DIGEST_BYTES)
    return digest(data).equals(bytes.subarray(0, DIGEST_BYTES)) ? data : undefined
  } catch {}
}

function write(file, data) {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const part = `${file}.${process.pid}`
  writeFileSync(part, Buffer.concat([digest(data), data]), { mode: 0o600 })
  renameSync(part, file)
}

function digest(bytes) {
  return createHash('sha256').update(bytes).digest()
}
