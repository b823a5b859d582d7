import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isPublicAddress } from '../../src/words/is-public-address.js'

/** Range, first, last, the address before and the one after; null where that is not public either. */
const RANGES: readonly (readonly [string, string, string, string | null, string | null])[] = [
  ['0/8', '0.0.0.0', '0.255.255.255', null, '1.0.0.0'],
  ['10/8', '10.0.0.0', '10.255.255.255', '9.255.255.255', '11.0.0.0'],
  ['100.64/10', '100.64.0.0', '100.127.255.255', '100.63.255.255', '100.128.0.0'],
  ['127/8', '127.0.0.0', '127.255.255.255', '126.255.255.255', '128.0.0.0'],
  ['Azure host agent', '168.63.129.16', '168.63.129.16', '168.63.129.15', '168.63.129.17'],
  ['169.254/16', '169.254.0.0', '169.254.255.255', '169.253.255.255', '169.255.0.0'],
  ['172.16/12', '172.16.0.0', '172.31.255.255', '172.15.255.255', '172.32.0.0'],
  ['192.0.0/24', '192.0.0.0', '192.0.0.255', '191.255.255.255', '192.0.1.0'],
  ['192.0.2/24', '192.0.2.0', '192.0.2.255', '192.0.1.255', '192.0.3.0'],
  ['192.31.196/24', '192.31.196.0', '192.31.196.255', '192.31.195.255', '192.31.197.0'],
  ['192.52.193/24', '192.52.193.0', '192.52.193.255', '192.52.192.255', '192.52.194.0'],
  ['192.88.99/24', '192.88.99.0', '192.88.99.255', '192.88.98.255', '192.88.100.0'],
  ['192.168/16', '192.168.0.0', '192.168.255.255', '192.167.255.255', '192.169.0.0'],
  ['192.175.48/24', '192.175.48.0', '192.175.48.255', '192.175.47.255', '192.175.49.0'],
  ['198.18/15', '198.18.0.0', '198.19.255.255', '198.17.255.255', '198.20.0.0'],
  ['198.51.100/24', '198.51.100.0', '198.51.100.255', '198.51.99.255', '198.51.101.0'],
  ['203.0.113/24', '203.0.113.0', '203.0.113.255', '203.0.112.255', '203.0.114.0'],
  ['224/4', '224.0.0.0', '239.255.255.255', '223.255.255.255', null],
  ['240/4', '240.0.0.0', '255.255.255.255', null, null],
  ['below 2000::/3', '::', '1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', null, '2000::'],
  [
    '2001::/23',
    '2001::',
    '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff',
    '2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    '2001:200::',
  ],
  [
    '2001:db8::/32',
    '2001:db8::',
    '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
    '2001:db7:ffff:ffff:ffff:ffff:ffff:ffff',
    '2001:db9::',
  ],
  [
    '2002::/16',
    '2002::',
    '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    '2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    '2003::',
  ],
  [
    '2620:4f:8000::/48',
    '2620:4f:8000::',
    '2620:4f:8000:ffff:ffff:ffff:ffff:ffff',
    '2620:4f:7fff:ffff:ffff:ffff:ffff:ffff',
    '2620:4f:8001::',
  ],
  [
    '3fff::/20',
    '3fff::',
    '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff',
    '3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    '3fff:1000::',
  ],
  [
    'above 2000::/3',
    '4000::',
    'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    '3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff',
    null,
  ],
  // All of these lie outside 2000::/3; named since they have names.
  ['unspecified', '::', '::', null, null],
  ['loopback', '::1', '::1', null, null],
  ['::a.b.c.d', '::0.0.0.2', '::255.255.255.255', null, null],
  ['64:ff9b:1::/48', '64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff', null, null],
  ['100::/64', '100::', '100::ffff:ffff:ffff:ffff', null, null],
  ['100:0:0:1::/64', '100:0:0:1::', '100::1:ffff:ffff:ffff:ffff', null, null],
  ['5f00::/16', '5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff', null, null],
  ['fc00::/7', 'fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', null, null],
  ['fe80::/10', 'fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff', null, null],
  ['fec0::/10', 'fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', null, null],
  ['ff00::/8', 'ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', null, null],
  // The prefixes that reach IPv4 are ranges of 10/8 here.
  ['mapped', '::ffff:10.0.0.0', '::ffff:aff:ffff', '::ffff:9.255.255.255', '::ffff:b00:0'],
  ['translated', '::ffff:0:10.0.0.0', '::ffff:0:aff:ffff', '::ffff:0:9ff:ffff', '::ffff:0:11.0.0.0'],
  ['NAT64', '64:ff9b::10.0.0.0', '64:ff9b::aff:ffff', '64:ff9b::9.255.255.255', '64:ff9b::b00:0'],
  ['beside mapped', '::fffe:808:808', '::1:0:808:808', null, null],
  ['beside NAT64', '64:ff9a:ffff:ffff:ffff:ffff:808:808', '64:ff9b::1:808:808', null, null],
]

describe('isPublicAddress', () => {
  test.each(RANGES)('denies %s from %s to %s and nothing beside it', (_name, first, last, before, after) => {
    expect(isPublicAddress(first)).toBe(false)
    expect(isPublicAddress(last)).toBe(false)
    if (before !== null) expect(isPublicAddress(before)).toBe(true)
    if (after !== null) expect(isPublicAddress(after)).toBe(true)
  })

  test.each([
    ['8.8.8.8'],
    ['93.184.216.34'],
    ['2606:4700:4700::1111'],
    ['2A00:1450:4001:81B::200E'],
    ['2000:0:0:0:0:0:0:1'],
    ['::ffff:8.8.8.8'],
    ['0:0:0:0:0:FFFF:8.8.8.8'],
    ['::ffff:0:8.8.8.8'],
    ['64:ff9b::8.8.8.8'],
  ])('allows %s', (address) => expect(isPublicAddress(address)).toBe(true))

  test.each([
    ['the metadata of AWS, GCP, Azure, DigitalOcean', '169.254.169.254'],
    ['the credentials of ECS tasks', '169.254.170.2'],
    ['the metadata of Alibaba', '100.100.100.200'],
    ['the metadata of Oracle', '192.0.0.192'],
    ['the metadata of AWS over IPv6', 'fd00:ec2::254'],
    ['the host agent of Azure', '168.63.129.16'],
    ['the host agent of Azure, mapped', '::ffff:168.63.129.16'],
    ['metadata, mapped', '::ffff:a9fe:a9fe'],
    ['metadata, translated', '::ffff:0:a9fe:a9fe'],
    ['metadata through NAT64', '64:ff9b::a9fe:a9fe'],
    ['metadata through local NAT64', '64:ff9b:1::a9fe:a9fe'],
    ['metadata through 6to4', '2002:a9fe:a9fe::'],
    ['a public address through 6to4', '2002:808:808::1'],
    ['a public address as ::a.b.c.d', '::8.8.8.8'],
    ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
    ['a zone', 'fe80::1%eth0'],
    ['a zone on a public address', '2606:4700:4700::1111%1'],
    ['nothing', ''],
    ['a name', 'localhost'],
    ['brackets', '[2606:4700:4700::1111]'],
    ['a port', '8.8.8.8:80'],
    ['a blank before', ' 8.8.8.8'],
    ['a line after', '8.8.8.8\n'],
    ['three numbers', '8.8.8'],
    ['an octal number', '010.8.8.8'],
    ['a hexadecimal number', '0x8.8.8.8'],
    ['one number', '134744072'],
    ['a subnet', '8.8.8.8/32'],
    ['two gaps', '2606::1::1'],
    ['nine groups', '2606:1:1:1:1:1:1:1:1'],
    ['a number too large', '8.8.8.256'],
  ])('denies %s: %j', (_name, address) => expect(isPublicAddress(address)).toBe(false))

  test.each([
    '127.0.0.1',
    '127.0.0.1.',
    '127.1',
    '127.0.1',
    '127.000.000.001',
    '0177.0.0.1',
    '0177.0.0.01',
    '0x7f.1',
    '0x7f.0x0.0x0.0x1',
    '0X7F.0.0.1',
    '0x7f000001',
    '0x7F000001',
    '017700000001',
    '2130706433',
    '127.0x1',
    '127.0.0.0x1',
    '127.65535',
    '127.16777215',
    '１２７．０．０．１',
    '①②⑦.⓪.⓪.①',
    '①②⑦.0.0.1',
    '127。0。0。1',
    '127｡0｡0｡1',
    '127%2e0%2e0%2e1',
    '%31%32%37.0.0.1',
    '%E2%91%A0%E2%91%A1%E2%91%A6.0.0.1',
    '127.0.0.1\u00ad',
    '127\u200b.0.0.1',
    '1\t27.0.\n0.1',
    'user@127.0.0.1',
    '0',
    '0.0.0.0',
    '0x0',
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[0000:0000:0000:0000:0000:0000:0000:0001]',
    '[::0.0.0.1]',
    '[::127.0.0.1]',
    '[::7f00:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::FFFF:7F00:0001]',
    '[0:0:0:0:0:ffff:127.0.0.1]',
    '[::ffff:0:127.0.0.1]',
    '[::ffff:0:7f00:1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
    '[2001:0:7f00:1::]',
  ])('denies this machine spelled %s in a URL', (host) => {
    const { hostname } = new URL(`http://${host}/`)
    const address = hostname.replace(/^\[|\]$/g, '')
    // It must be denied as an address, not for being a name.
    expect(address).toMatch(/^[\d.]+$|:/)
    expect(isPublicAddress(address)).toBe(false)
  })

  test('judges an IPv4 address the same however IPv6 holds it', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const expected = isPublicAddress(address)
        for (const prefix of ['::ffff:', '::ffff:0:', '64:ff9b::']) {
          expect(isPublicAddress(prefix + address)).toBe(expected)
          expect(isPublicAddress(new URL(`http://[${prefix + address}]/`).hostname.slice(1, -1))).toBe(expected)
        }
      }),
    )
  })

  test('judges an IPv6 address the same however it is shortened', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(isPublicAddress(new URL(`http://[${address}]/`).hostname.slice(1, -1))).toBe(isPublicAddress(address))
      }),
    )
  })
})
