// Long waits are said aloud, or they look like a hang.

/** A wait longer than this is announced. */
const ANNOUNCED_MS = 5000

export interface AnnounceOptions {
  notify(text: string): void
  /** Told of every wait, for whoever shows what is waited for. */
  onWait?(host: string, ms: number): void
}

/** Tells of each host once: `waiting 60 s: api.x.com asked for it`. */
export function createAnnounce({ notify, onWait }: AnnounceOptions): (host: string, ms: number) => void {
  const announced = new Set<string>()
  return (host, ms) => {
    onWait?.(host, ms)
    if (ms <= ANNOUNCED_MS || announced.has(host)) return
    announced.add(host)
    notify(`waiting ${Math.ceil(ms / 1000)} s: ${host} asked for it`)
  }
}
