import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { messageOf, say } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import { fromRoot } from '../base/paths.ts'
import { SYSTEMS, type System } from '../base/systems.ts'
import { parseYaml } from '../base/yaml.ts'
import { serverSettings } from '../config/server.ts'
import { type Explained, fuzz } from '../proof/fuzz.ts'
import { identify } from '../run/identity.ts'
import { onInterrupt } from '../run/interrupt.ts'
import { makeModels } from '../run/models.ts'
import { clientFor } from '../run/server-client.ts'
import { operationsOf } from '../schema/routes.ts'
import { chooseTarget } from '../targets/choose.ts'
import { Client } from '../wire/client.ts'

/**
 * `npm run fuzz -- [--system llama-server] [--minutes 5] [--seed 1] [--only 'POST /api/chat']`: requests that no check sends, against the server
 * that `OLLAMA_TARGET` (or `LLAMA_SERVER_TARGET`) names and that the suite starts. Exit code 1 when it found something.
 */
try {
  const { values } = parseArgs({
    options: {
      system: { type: 'string', default: 'ollama' },
      only: { type: 'string', multiple: true, default: [] },
      minutes: { type: 'string', default: '5' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    },
  })
  const system = SYSTEMS.find((one) => one === values.system)
  const [minutes, seed] = [Number(values.minutes), Number(values.seed)]
  if (!system) throw new Error(`--system is ${SYSTEMS.join(' or ')}`)
  if (!(minutes > 0) || !Number.isInteger(seed)) throw new Error('--minutes and --seed are numbers')
  process.exitCode = (await run(system, minutes, seed, values.only)) ? 1 : 0
} catch (error) {
  say(messageOf(error))
  process.exitCode = 2
}

/** Whether something was found. */
async function run(system: System, minutes: number, seed: number, only: string[]): Promise<boolean> {
  const { target } = await chooseTarget(system, say)
  const forget = onInterrupt(() => target.stop())
  try {
    if (!target.launches)
      throw new Error('fuzzing is for a server that the suite starts: binary:<path>, container')
    let store = 0
    const start = async () => {
      const url = await target.start({}, String(++store))
      if (system === 'ollama') await makeModels(new Client({ url, name: 'setup' }))
      return url
    }
    const about = { url: await target.start({}, '0'), kind: target.kind, asked: serverSettings({}) }
    const { version } = await identify(clientFor(about, 'version'), target, undefined)
    const there = operationsOf(system, version)
    const unknown = only.find((one) => !there.includes(one))
    if (unknown) throw new Error(`${version} has no ${unknown}${didYouMean(unknown, there)}`)
    const operations = only.length > 0 ? only : there
    say(`${system} ${version}, seed ${seed}, ${minutes} min`)
    const explained = parseYaml(readFileSync(fromRoot('harness/proof/explained.yaml'), 'utf8')) as Explained[]
    const end = performance.now() + minutes * 60_000
    const {
      requests,
      slow,
      findings,
      explained: known,
    } = await fuzz(
      { system, version, operations, start },
      seed,
      () => performance.now() > end,
      explained,
      ({ operation, what, evidence }) => say(`${operation}: ${what}\n${evidence.replaceAll(/^/gm, '    ')}`),
    )
    say(
      `${requests} requests, ${slow} of them given up; ${findings.length} findings, ${known} that are explained (seed ${seed})`,
    )
    return findings.length > 0
  } finally {
    await target.stop()
    forget()
  }
}
