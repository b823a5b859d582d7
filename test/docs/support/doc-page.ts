// A page of docs/ as a reader uses it: its files are written into an empty folder, its shell lines are run there with the
// built command, against a server of ours that stands for the host of the examples.

import { chmod, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { tempFolder } from '../../cli/support/temp-folder.js'
import { closeAfterTest } from '../../support/close-after-test.js'
import { startHttpServer } from '../../support/http-server.js'
import { spawnShell } from '../../support/spawn-shell.js'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))
const SHOP = 'https://shop.example'

export interface Block {
  /** The file that the block is, said in the line before it: `pages.csv`: */
  readonly name: string | undefined
  readonly language: string
  readonly text: string
}

export interface DocPage {
  readonly text: string
  readonly blocks: readonly Block[]
  /** The shell lines, one command each, and the exit code that their comment says (0 without one). */
  readonly commands: readonly { readonly line: string; readonly code: number }[]
}

/** Reads `docs/NAME`. */
export async function readDocPage(name: string): Promise<DocPage> {
  const text = await readFile(join(ROOT, 'docs', name), 'utf8')
  const found = text.matchAll(/(?:^`([\w.-]+)`:\n\n)?^```(\w+)\n([\s\S]*?)^```$/gm)
  const blocks = [...found].map(([, name, language, text]) => ({ name, language: language!, text: text! }))
  const shell = blocks.filter(({ name, language }) => name === undefined && language === 'sh')
  // A command may go on behind a backslash.
  const lines = shell.flatMap(({ text }) => text.trimEnd().split(/(?<!\\)\n/))
  const commands = lines
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => ({ line, code: Number(/# exit code (\d)$/.exec(line)?.[1] ?? 0) }))
  return { text, blocks, commands }
}

/** Runs all commands of a page, one after the other, in one folder; each has to end with the exit code it says. */
export async function runDocPage({ blocks, commands }: DocPage): Promise<readonly string[]> {
  const url = await startShop(blocks)
  const local = (text: string) => text.replaceAll(SHOP, url)
  const folder = await tempFolder()
  for (const { name, text } of blocks) if (name !== undefined) await writeFile(join(folder, name), local(text))
  await writeCommands(folder)
  const printed: string[] = []
  for (const { line, code } of commands) {
    const result = await spawnShell(local(line), { cwd: folder, path: folder })
    const said = result.code === code ? '' : result.stdout + result.stderr
    expect({ line, code: result.code, said }).toEqual({ line, code, said: '' })
    printed.push(result.stdout.replaceAll(url, SHOP))
  }
  return printed
}

/** Puts the commands that the pages call into a folder, for the front of a PATH. */
export async function writeCommands(folder: string): Promise<void> {
  await writeProgram(join(folder, 'scrape-status'), join(ROOT, 'bin/scrape-status.js'))
  await writeProgram(join(folder, 'duckdb'), fileURLToPath(new URL('duckdb.mjs', import.meta.url)))
}

async function writeProgram(path: string, script: string) {
  await writeFile(path, `#!/bin/sh\nexec "${process.execPath}" "${script}" "$@"\n`)
  await chmod(path, 0o755)
}

/** A small shop: /old moves, /gone is gone, /teapot and /down are what they are called, and the files of the page are there. */
async function startShop(blocks: readonly Block[]): Promise<string> {
  const { url } = closeAfterTest(
    await startHttpServer((request, response) => {
      const file = blocks.find(({ name }) => request.url === `/${name}`)
      const statuses: Record<string, number> = {
        '/old': 301,
        '/gone': 410,
        '/teapot': 418,
        '/down': 503,
        '/private': 403,
      }
      response.statusCode = statuses[request.url!] ?? 200
      if (request.url === '/old') response.setHeader('Location', '/new')
      response.setHeader('Content-Type', 'text/html; charset=utf-8')
      if (request.url === '/robots.txt') response.write(`User-agent: *\nSitemap: ${url}/sitemap.xml\n`)
      if (request.url === '/sitemap.xml') response.write(sitemapOf(url))
      response.end(file?.text.replaceAll(SHOP, url) ?? 'Add to basket. Welcome, all is ok.')
    }),
  )
  return url
}

const sitemapOf = (url: string) => `<urlset><url><loc>${url}/</loc></url><url><loc>/about</loc></url></urlset>`
