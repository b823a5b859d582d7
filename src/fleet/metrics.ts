// What a worker tells those who look after it: that it lives, that it would take work, and how much it has done.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type * as PromClient from 'prom-client'
import { UsageError } from '../settings/errors.js'

export interface MetricsOptions {
  /** 0: any that is free. */
  readonly port: number
  isReady(): boolean
  slices(): number
}

export interface Metrics {
  readonly port: number
  count(answer: { readonly asked: number; readonly rest: number; readonly ms: number }): void
  close(): void
}

/** Serves `/healthz` (the event loop turns), `/readyz` (503 while it takes nothing) and `/metrics`. Throws `UsageError`. */
export async function serveMetrics({ port, isReady, slices }: MetricsOptions): Promise<Metrics> {
  const { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } = await load()
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const asked = new Counter({ name: 'scrape_status_urls_asked_total', help: 'URLs with a verdict', registers })
  const rest = new Counter({
    name: 'scrape_status_urls_handed_back_total',
    help: 'URLs handed back unasked',
    registers,
  })
  const buckets = [0.1, 0.5, 1, 5, 10, 30, 60, 90]
  const seconds = new Histogram({ name: 'scrape_status_slice_seconds', help: 'Time of a slice', buckets, registers })
  new Gauge({
    name: 'scrape_status_slices',
    help: 'Slices being asked',
    registers,
    collect() {
      this.set(slices())
    },
  })
  const server = createServer((request, response) => {
    const answer = (status: number, text: string, type = 'text/plain') =>
      response.writeHead(status, { 'content-type': type }).end(text)
    if (request.url === '/healthz') answer(200, 'ok\n')
    else if (request.url === '/readyz') answer(isReady() ? 200 : 503, isReady() ? 'ready\n' : 'not ready\n')
    else if (request.url !== '/metrics') answer(404, 'not found\n')
    else
      registry.metrics().then(
        (text) => answer(200, text, registry.contentType),
        (error: Error) => answer(500, `${error.message}\n`),
      )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new UsageError(`--metrics-port ${port}: ${error.code ?? error.message}`))
    })
    server.listen(port, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    count(answer) {
      asked.inc(answer.asked)
      rest.inc(answer.rest)
      seconds.observe(answer.ms / 1000)
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

async function load(): Promise<typeof PromClient> {
  try {
    return await import('prom-client')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new UsageError('--metrics-port: needs a package beside this one: npm install prom-client')
  }
}
