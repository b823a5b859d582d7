import { expect, it } from 'vitest'
import { parseHosts, readHosts } from '../../../src/http/names/hosts-file.js'

it.each([
  ['a comment', '# 10.0.0.1 a', []],
  ['a name', '10.0.0.1 a', [['a', ['10.0.0.1']]]],
  [
    'tabs, CRLF, aliases, a comment behind',
    '10.0.0.1\ta  b # c\r\n',
    [
      ['a', ['10.0.0.1']],
      ['b', ['10.0.0.1']],
    ],
  ],
  ['upper case', '10.0.0.1 Host.Example', [['host.example', ['10.0.0.1']]]],
  ['both families, and a repeat', '10.0.0.1 a\n::1 a\n10.0.0.1 a', [['a', ['10.0.0.1', '::1']]]],
  ['an address with a zone', 'fe80::1%lo0 localhost', []],
  ['what is no address', 'a b\n10.0.0 c\n\n   \n10.0.0.1', []],
])('reads %s', (_, text, expected) => {
  const hosts = [...parseHosts(text)].map(([name, found]) => [name, found.map(({ address }) => address)])
  expect(hosts).toEqual(expected)
})

it('takes a missing file for an empty one', () => {
  expect(readHosts('/nonexistent/hosts').size).toBe(0)
})
