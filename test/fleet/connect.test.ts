import { expect, test } from 'vitest'
import { shownQueue, withPassword } from '../../src/fleet/connect.js'

test('a URL is shown without name and password', () => {
  expect(shownQueue('rediss://me:hunter2@redis.example:6380/2')).toBe('rediss://redis.example:6380/2')
  expect(shownQueue('redis://redis.example')).toBe('redis://redis.example')
})

test.each([
  ['redis://a.example:1', 'redis://me:pw@a.example:1', 'redis://me:pw@a.example:1'],
  ['redis://a.example:1/3', 'redis://:pw@a.example:1', 'redis://:pw@a.example:1/3'],
  ['redis://a.example:1', 'redis://me:pw@b.example:1', 'redis://a.example:1'],
  ['redis://you:own@a.example:1', 'redis://me:pw@a.example:1', 'redis://you:own@a.example:1'],
  ['redis://a.example:1', undefined, 'redis://a.example:1'],
  ['redis://a.example:1', 'no url', 'redis://a.example:1'],
])('%s with %s is %s', (url, from, expected) => {
  expect(withPassword(url, from)).toBe(expected)
})
