import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import { SuiteError, say } from '../base/errors.ts'
import type { Usage } from '../gate/usage.ts'
import { compiledLedger } from '../ledger/compiled.ts'

type Options = {
  listen: string
  upstream: string
  har?: string[]
  config: string
  print?: true
  json?: true
}

/** `learn`: what a project relies on, from its own traffic. */
export const learn = (): Command =>
  new Command('learn')
    .summary('write what you rely on, from your own traffic')
    .description(
      'Watches your traffic, and writes which fields of which endpoints it uses, and the statements about these, into the configuration. From a proxy in front of your server, until Ctrl-C; or from HAR files. Names of fields are kept, never what stands in them.',
    )
    .option('--listen <port>', 'where the proxy listens, [host:]port', '11435')
    .option('--upstream <url>', 'the server behind it', 'http://127.0.0.1:11434')
    .addOption(new Option('--har <files...>', 'read HAR files instead').conflicts(['listen', 'upstream']))
    .option(
      '--config <file>',
      'where to write it; what it relies on already stays',
      'ollama-conformance.yaml',
    )
    .option('--print', 'print what would be added, and write nothing')
    .option('--json', 'the same, for programs, with what was seen of each endpoint')
    .action(async ({ listen, upstream, har, config, print, json }: Options) => {
      const [{ Usage: Watcher, reliesOn }, { withReliance, loadConfig }] = await Promise.all([
        import('../gate/usage.ts'),
        import('../config/config.ts'),
      ])
      // A broken file should not be found out when the traffic is over.
      if (existsSync(config)) loadConfig(config)
      const usage = new Watcher()
      if (har) {
        const { trafficOf } = await import('../gate/har.ts')
        for (const file of har) {
          if (!existsSync(file)) throw new SuiteError(`no file ${file}; give a HAR file`)
          for (const one of trafficOf(readFileSync(file, 'utf8'), file)) usage.add(one)
        }
      } else await watch(listen, upstream, usage)

      if (usage.endpoints.size === 0) {
        const strange = [...usage.strange.keys()].slice(0, 3).join(', ')
        throw new SuiteError(
          `no request for Ollama was seen${strange ? `, only ${strange}` : ''}; nothing is written`,
        )
      }
      const relied = reliesOn(usage, await compiledLedger())
      for (const line of seen(usage)) say(line)
      if (json) {
        const endpoints = [...usage.endpoints].map(([endpoint, used]) => ({ endpoint, ...listed(used) }))
        console.log(JSON.stringify({ 'relies-on': relied, endpoints }, null, 1))
        return
      }
      const before = print || !existsSync(config) ? '' : readFileSync(config, 'utf8')
      const text = withReliance(before, relied)
      if (print) return console.log(text.trimEnd())
      writeFileSync(config, text)
      say(
        `wrote ${relied.fields.length} fields and ${relied.ids.length} statements to ${config}; take out fields of answers that you do not read`,
      )
    })

async function watch(listen: string, upstream: string, usage: Usage): Promise<void> {
  const { startProxy } = await import('../gate/proxy.ts')
  const proxy = await startProxy(listen, upstream, (traffic) => {
    const before = usage.endpoints.size
    usage.add(traffic)
    if (usage.endpoints.size > before) say(`seen: ${[...usage.endpoints.keys()].at(-1)}`)
  })
  say(
    `listening at ${proxy.url} for ${upstream}; point your client there, and press Ctrl-C when it has done all that it does`,
  )
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  await proxy.stop()
}

function* seen(usage: Usage): Generator<string> {
  for (const [endpoint, { requests, sent, unknown, streams }] of usage.endpoints) {
    const answered = streams.size > 0 ? `answered ${[...streams].join(' and ')}` : 'no answer of success'
    yield `${endpoint}: ${requests} request${requests === 1 ? '' : 's'}, ${sent.size} field${sent.size === 1 ? '' : 's'} sent, ${answered}`
    if (unknown.size > 0) yield `  sent, but no version knows: ${[...unknown].sort().join(', ')}`
  }
  for (const [request, count] of usage.strange) yield `no route of Ollama: ${request} (${count})`
}

/** Sets as lists. */
const listed = (used: object) =>
  Object.fromEntries(
    Object.entries(used).map(([key, value]) => [key, value instanceof Set ? [...value].sort() : value]),
  )
