import { describe, expect, it } from 'vitest'
import { createFilter } from '../../src/targets/filter.js'
import { target } from './support.js'

const blog = target({ url: 'https://example.com/blog/1' })
const shop = target({ url: 'https://example.com/shop/1' })
const wrong = target({ url: null, host: '', input: 'mailto:blog@example.com' })

describe('include and exclude', () => {
  it.each<[string, RegExp[], RegExp[], boolean, boolean]>([
    ['nothing given: all stay', [], [], true, true],
    ['include keeps what matches', [/blog/], [], true, false],
    ['several includes: any of them', [/blog/, /shop/], [], true, true],
    ['exclude drops what matches', [], [/blog/], false, true],
    ['exclude beats include', [/example/], [/shop/], true, false],
    ['anchors see the whole normalised URL', [/^https:\/\/example\.com\/shop/], [], false, true],
  ])('%s', (_, include, exclude, blogStays, shopStays) => {
    const stays = createFilter({ include, exclude }).keep
    expect([stays(blog), stays(shop)]).toEqual([blogStays, shopStays])
  })

  it('never hides a line that is wrong', () => {
    expect(createFilter({ include: [/shop/], exclude: [/blog/] }).keep(wrong)).toBe(true)
  })

  it('gives the same answer every time for a pattern with the flag g', () => {
    const stays = createFilter({ include: [/blog/g], exclude: [] }).keep
    expect([stays(blog), stays(blog), stays(blog)]).toEqual([true, true, true])
  })
})
