// The real Chromium, Debian's or another one, without a window; and pages in it that tell what they should not do.

import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/** Starts it; throws where there is none. */
export async function startChromium(args: readonly string[] = []): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === null) throw new Error('Chromium is not installed: apt-get install chromium')
  // Its sandbox wants rights that a container does not have, and root must not have; the pages are our own.
  return chromium.launch({ executablePath, args: ['--no-sandbox', ...args] })
}

function findChromium(): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter)
  const paths = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)))
  return paths.find(isExecutable) ?? null
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** A page of a browser, and what it did that no report may do: messages, errors, dialogs, requests. */
export interface WatchedPage {
  readonly page: Page
  readonly misdeeds: readonly string[]
  /** Closes what it stands in. */
  close(): Promise<void>
}

/** Opens an address in a context of its own. */
export async function watchedPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options })
  const page = await context.newPage()
  const misdeeds: string[] = []
  page.on('console', (message) => misdeeds.push(`console: ${message.text()}`))
  page.on('pageerror', (error) => misdeeds.push(`error: ${error.message}`))
  page.on('dialog', (dialog) => {
    misdeeds.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    const isPage = request.isNavigationRequest() && request.frame() === page.mainFrame()
    if (!isPage && !/^(?:data|blob):/.test(request.url())) misdeeds.push(`request: ${request.url()}`)
  })
  return { page, misdeeds, close: () => context.close() }
}

/** Waits until the table is there. */
export async function tableReady(page: Page): Promise<void> {
  await page.waitForSelector('html[data-ready-ms]', { state: 'attached' })
}
