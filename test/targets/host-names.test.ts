// What can be the name of a host after IDNA, whichever name came before it.

import { expect, it } from 'vitest'
import { HostNames } from '../../src/targets/host-names.js'

it.each([
  ['example.com', true],
  ['a_b-c.example', true],
  ['[::1]', true],
  ['a,b', false],
  ['$(x)', false],
  ['*.example', false],
  ['ex%41mple.com', false],
])('%s: %s', (host, isOne) => {
  const before = new HostNames()
  before.checked('example.org')
  for (const hosts of [new HostNames(), before]) {
    expect(hosts.checked(host)).toBe(isOne ? host : null)
    // Again, in a row.
    expect(hosts.checked(host)).toBe(isOne ? host : null)
  }
})
