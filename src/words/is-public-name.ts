// Which host names are of the public DNS.

/** Not an address, not a single label, not one that stays on this machine or site. As in a URL, lower case. */
export function isPublicName(host: string): boolean {
  if (host.startsWith('[') || /^[\d.]+$/.test(host) || !host.includes('.')) return false
  return !/\.(?:localhost|local|internal|lan|home|arpa)$/.test(host)
}
