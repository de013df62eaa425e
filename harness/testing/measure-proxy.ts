/** `npm run proxied -- binary:/path/to/ollama`: a server gets the same verdicts behind a proxy with a path and a token. */
import { say } from '../base/errors.ts'
import { serve } from '../base/loopback.ts'
import { measure } from '../gate/sides.ts'
import { chooseTarget } from '../targets/choose.ts'
import { TARGET_VARIABLE } from '../targets/spec.ts'
import { gate, passOn } from './pass-on.ts'
import { differentVerdicts } from './verdicts.ts'

const [asked = ''] = process.argv.slice(2)
const tell = (name: string) => (line: string) => console.error(`${name}: ${line}`)
const was = await measure('ollama', asked, [], tell('itself'))

process.env[TARGET_VARIABLE.ollama] = asked
const { target } = await chooseTarget('ollama', say)
process.env.CONFORMANCE_HEADERS = 'authorization=PROXY_TOKEN'
process.env.PROXY_TOKEN = 'Bearer open-sesame'
const proxy = await serve(
  passOn(await target.start({}, '1'), { instead: gate('/base/path', process.env.PROXY_TOKEN) }),
)
try {
  const is = await measure('ollama', `${proxy.url}/base/path`, [], tell('proxied'))
  const { same, aside, different } = differentVerdicts(was, is)
  console.log(`${same} statements the same, ${aside} aside, ${different.length} different`)
  for (const line of different) console.log(line)
  process.exitCode = different.length > 0 ? 1 : 0
} finally {
  await proxy.stop()
  await target.stop()
}
