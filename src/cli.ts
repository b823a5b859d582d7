// The command on one screen: arguments → inputs → what earlier runs left → the run and its reports → exit code. Takes the
// world as an argument and returns a number; only `bin/` touches the process.

import { createClient } from './ask/create-client.js'
import { parseCommand } from './command/arguments.js'
import { rehearse } from './command/dry-run.js'
import { createFetchList } from './command/fetch-list.js'
import { helpText } from './command/help.js'
import { leaveUnread } from './command/interrupt.js'
import { print, say } from './command/messages.js'
import { openList } from './command/open-list.js'
import { reportEarlierRuns } from './command/report-earlier-runs.js'
import { runReports } from './command/run-reports.js'
import { openSession, type Session } from './command/session.js'
import { lineContext, openClient } from './command/settings-from-flags.js'
import { swallowedInput } from './command/swallowed-input.js'
import { toldOfSilence } from './command/told-of-silence.js'
import { versionText } from './command/version-text.js'
import { noEarlierRuns, openEarlierRuns } from './earlier/open-earlier-runs.js'
import { refuseOverwritingInputs } from './earlier/refuse-outputs.js'
import { UsageError } from './settings/errors.js'
import { closeInputs, type Input, openInputs } from './targets/open-inputs.js'
import type { World } from './words/world.js'

export { crashText } from './command/messages.js'

/** Runs the command with the arguments behind its name; resolves to the exit code. Rejects only for a bug. */
export async function run(argv: readonly string[], world: World): Promise<number> {
  try {
    const invocation = parseCommand(argv, world.env)
    if (invocation.type === 'help') return await print(world, helpText(invocation.long))
    if (invocation.type === 'version') return await print(world, versionText())
    if (invocation.type === 'report') return await reportEarlierRuns({ ...invocation, argv, world })
    if (invocation.type === 'worker') return await (await import('./command/worker.js')).work({ ...invocation, world })
    const names = inputNames(invocation.inputs, world)
    if (names === null) {
      const swallowed = swallowedInput(argv)
      if (swallowed !== null) throw new UsageError(`nothing to ask: ${swallowed}; name the list as well`)
      world.stderr.write(`${helpText(false).split('\n').slice(4, 9).join('\n')}\n`)
      return 2
    }
    const session = openSession({ names, argv, options: invocation.options, config: invocation.config, world })
    if (invocation.config !== null && !invocation.options.quiet) say(world, `settings of ${invocation.config}`)
    const code = await check(session).finally(session.interrupt.forget)
    if (session.interrupt.signal.aborted) await leaveUnread(world, code)
    return code
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    say(world, error.message)
    return 2
  }
}

/** With an input given stdin is never touched; without one it is read when it is piped. */
function inputNames(given: readonly string[], world: World): readonly string[] | null {
  if (given.length > 0) return given
  return world.stdin.isTTY ? null : ['-']
}

/** Inputs are opened first and outputs last, so that nothing is written for a run that is refused. */
async function check(session: Session): Promise<number> {
  const { requests, columns, stdin, options, interrupt, world } = session
  const { signal } = interrupt
  let inputs: readonly Input[] = []
  try {
    inputs = await toldOfSilence(openInputs(requests, { stdin, columns, signal }), session)
    await refuseOverwritingInputs(inputs, options)
    const lines = lineContext(options, world.env)
    const client = await openClient(options, world)
    try {
      const tell = (text: string) => say(world, text)
      const fetchList = createFetchList(client, { lines, notify: tell })
      const openSource = () => openList(inputs, { lines, options, fetchList })
      if (options.dryRun) return await rehearse(openSource(), session)
      const own = { inputs, lines, signal, openSource, process: world, say: tell }
      const earlier = await openEarlierRuns({ ...session, ...own })
      return await runReports(earlier, client, session).finally(earlier.close)
    } finally {
      await client.close()
    }
  } catch (error) {
    // It had to end while it waited for a file: nothing is asked, and what is told of it is the same.
    if (!signal.aborted || error !== signal.reason) throw error
    const idle = createClient()
    return await runReports(noEarlierRuns(), idle, session).finally(() => idle.close())
  } finally {
    await closeInputs(inputs)
  }
}
