// The command that goes on, as a shell takes it, and nothing of a secret in it.

import { expect, it } from 'vitest'
import { resumeCommand } from '../../src/earlier/resume-command.js'

it.each<[string[], string | null]>([
  [['urls.txt', '-o', 'out.ndjson'], 'scrape-status urls.txt -o out.ndjson --resume'],
  [['urls.txt', '--resume', '-o', 'a.ndjson'], 'scrape-status urls.txt --resume -o a.ndjson'],
  [['-o', 'a.ndjson', '--', '-x.txt'], 'scrape-status -o a.ndjson --resume -- -x.txt'],
  [['my list.txt', '-H', "A: it's"], `scrape-status 'my list.txt' -H 'A: it'\\''s' --resume`],
  [['$(x)', '', '*'], `scrape-status '$(x)' '' '*' --resume`],
  [['urls.txt', '-H', 'Authorization: Bearer abc'], null],
  [['https://u:p@example.com/'], null],
  [['https://example.com/?token=abc'], null],
  [['a.txt', '--proxy', 'u:pw@proxy.example:3128'], null],
  [['https://e.com/?next=https%3A%2F%2Fe.com%2F%3Fclient_secret%3DS'], null],
  [['--rule', 'e.com user=me:pw'], null],
  [['-H', 'X-Key: abc'], null],
  [['--include', 'page=2'], 'scrape-status --include page=2 --resume'],
])('the command that goes on: %j', (argv, command) => {
  expect(resumeCommand(argv)).toBe(command)
})
