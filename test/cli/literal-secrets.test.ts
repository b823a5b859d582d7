import { expect, test } from 'vitest'
import { hasLiteralSecret, hasSecretRule, hasUserinfo, isSecretHeaderText } from '../../src/command/literal-secrets.js'
import { CONTEXT } from '../targets/support.js'

test.each([
  'http://alice:hunter2@h.example/',
  ' http://alice:hunter2@h.example/',
  '\ufeff\u00a0http://alice:hunter2@h.example/',
  'http:/alice:hunter2@h.example/',
  'http:\\\\alice:hunter2@h.example/',
  'http://$U:hunter2@h.example/',
  'http://$U:hunter2$P@h.example/',
  'http://alice:%68unter2@h.example/',
  'http://hunter2@h.example/',
  'https://h.example/ user=alice:hunter2',
  'https://h.example/ user="alice:hunter 2"',
  'https://h.example/ user=$U:hunter2',
  'https://h.example/ header="Authorization: Bearer hunter2"',
  'https://h.example/ header="Authorization: Bearer hunter2$U"',
  'https://h.example/ header="X-Key: $U-hunter2"',
  'https://h.example/ header=Accept-Token:hunter2',
  'https://h.example/ header="Referer: http://x:hunter2@y/"',
])('a secret stands in %j as it is', (line) => {
  expect(hasLiteralSecret(line, CONTEXT)).toBe(true)
})

test.each([
  'https://h.example/',
  'https://h.example/@user?mail=a@b.example',
  'http://$U:$P@h.example/',
  'http://alice:$P@h.example/',
  'https://$BOTH@h.example/',
  'https://h.example/ user=alice:$P',
  'https://h.example/ user=$BOTH',
  'https://h.example/ header="Authorization: Bearer $TOKEN"',
  'https://h.example/ header="Authorization: $TOKEN"',
  'https://h.example/ header="Cookie: session=$ID; theme=$T"',
  'https://h.example/ header="Accept-Language: en, de;q=0.5"',
])('none stands in %j', (line) => {
  expect(hasLiteralSecret(line, CONTEXT)).toBe(false)
})

test('the user of a base or of a rule is not the line’s', () => {
  const base = 'https://alice:hunter2@h.example/'
  expect(hasLiteralSecret('/@user', { ...CONTEXT, base })).toBe(false)
  const ask = { ...CONTEXT.ask, user: 'alice:hunter2' }
  const settingsOf = () => ({ ...CONTEXT, ask })
  expect(hasLiteralSecret('https://h.example/@user', { ...CONTEXT, settingsOf })).toBe(false)
})

test('flags', () => {
  const headers = ['X-Key: hunter2', 'Accept-Token: hunter2', 'X: $U hunter2', 'none']
  expect(headers.map(isSecretHeaderText)).toEqual(headers.map(() => true))
  expect(['Accept-Language: en', 'X-Key: $U', 'Authorization: Bearer ${U}'].some(isSecretHeaderText)).toBe(false)
  expect(['a.example user=me:hunter2', '*.a.example header="X: hunter2"'].map(hasSecretRule)).toEqual([true, true])
  expect(['a.example user=me:$P', 'a.example user=$BOTH accept=404'].some(hasSecretRule)).toBe(false)
  const proxies = ['alice:hunter2@h:1', 'http://$U:hunter2@h:1', 'http:\\\\alice:hunter2@h/', 'socks5://hunter2@h']
  expect(proxies.map(hasUserinfo)).toEqual(proxies.map(() => true))
  expect(['http://$U:$P@h:1', 'h:1', 'http://h:1/@x', 'http://me:$P@h'].some(hasUserinfo)).toBe(false)
})
