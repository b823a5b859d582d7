// Python's httpx with `asyncio.gather` and a semaphore, as a script of twenty lines would do it. See python-httpx.py.

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const SCRIPT = fileURLToPath(new URL('./python-httpx.py', import.meta.url))
const VERSIONS = 'import platform, httpx; print(httpx.__version__, "on Python", platform.python_version())'
/** The system's first: it is the one that has the distribution's python3-httpx. */
const PYTHONS = ['/usr/bin/python3', 'python3']

export const pythonHttpx = {
  name: 'Python httpx',
  find() {
    for (const python of PYTHONS) {
      const said = spawnSync(python, ['-c', VERSIONS], { encoding: 'utf8' })
      if (said.status === 0) return { program: [python, SCRIPT], version: said.stdout.trim() }
    }
    return { missing: 'not installed (python3-httpx)' }
  },
  most: { W1: 10_000, W2: 10_000, W3: 5000, W4: 2000 },
  command: ({ program, list, atOnce, ca }) => ({
    args: [...program, list.as('lines'), `${atOnce}`, ...(ca === null ? [] : [ca])],
  }),
  rightAnswers: (output) => JSON.parse(readFileSync(output, 'utf8'))[200] ?? 0,
}
