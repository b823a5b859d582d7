// Lists of URLs in the forms that contestants read: lines, a curl configuration, an HTML page of links. Each form is
// written when somebody first asks for it.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const FORMS = {
  lines: { path: (name) => `${name}.txt`, line: (url) => url, head: '', tail: '' },
  curl: { path: (name) => `${name}.curl`, line: (url) => `url = "${url}"\noutput = "/dev/null"`, head: '', tail: '' },
  page: {
    path: (name) => `www/pages/${name}.html`,
    line: (url) => `<a href="${url}">x</a>`,
    head: '<!doctype html><title>links</title>\n',
    tail: '</html>\n',
  },
}

/** A host of its own for each number, all of them this machine: 127.1.0.0, 127.1.0.1, … */
export function loopbackHost(index) {
  return `127.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`
}

/** A list under `folder`: its count, its first `count` lines as a list of their own, and the path of it in each form. */
export function createList(folder, name, urls) {
  const written = new Map()
  return {
    name,
    count: urls.length,
    first: (count) => (count >= urls.length ? createList(folder, name, urls) : part(folder, name, urls, count)),
    as(form) {
      if (!written.has(form)) written.set(form, write(folder, name, urls, FORMS[form]))
      return written.get(form)
    },
  }
}

function part(folder, name, urls, count) {
  return createList(folder, `${name}-first-${count}`, urls.slice(0, count))
}

function write(folder, name, urls, { path, line, head, tail }) {
  const file = join(folder, path(name))
  mkdirSync(join(file, '..'), { recursive: true })
  writeFileSync(file, `${head}${urls.map(line).join('\n')}\n${tail}`)
  return file
}
