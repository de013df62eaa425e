import { messageOf, SuiteError, say } from '../base/errors.ts'
import { interruption, onInterrupt } from '../run/interrupt.ts'
import { makeModels } from '../run/models.ts'
import { chooseTarget } from '../targets/choose.ts'
import { Client } from '../wire/client.ts'

// A server with the models of the suites on it, for other tools, until it is interrupted.
let stop = async () => {}
try {
  const { target } = await chooseTarget('ollama', say)
  stop = target.stop
  onInterrupt(stop)
  if (target.kind === 'replay')
    throw new SuiteError('a replay answers only the suites; choose a live target: OLLAMA_TARGET')
  if (target.kind === 'url')
    throw new SuiteError('that server runs already; name one to start: OLLAMA_TARGET')
  const url = await target.start({}, '1')
  await makeModels(new Client({ url, name: 'setup' }))
  say(`${target.kind} ${target.label} has the models; press Ctrl-C to stop it`)
  console.log(url)
} catch (error) {
  // What fails then fails because its server is gone; the interruption ends the process.
  if (interruption) await new Promise(() => {})
  await stop()
  if (!(error instanceof SuiteError)) throw error
  say(messageOf(error))
  process.exit(1)
}
