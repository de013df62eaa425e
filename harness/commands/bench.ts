import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { models } from '../../fixtures/instruments/models.ts'
import { checksFor, FIRST, workersFor } from '../../vitest.config.ts'
import { say } from '../base/errors.ts'
import { fromRoot, reportFolder } from '../base/paths.ts'
import { compiledLedger } from '../ledger/compiled.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { type Fired, fireBare } from '../proof/bare.ts'
import { recordedVersions } from '../recording/recording.ts'
import type { Results, StatementResult } from '../report/results.ts'
import { startControl } from '../run/control.ts'
import { makeModels } from '../run/models.ts'
import { chooseTarget } from '../targets/choose.ts'
import { startRegistry } from '../targets/registry.ts'
import { Client } from '../wire/client.ts'

/**
 * `npm run bench`: what a run of the suite costs beside the same requests fired bare, on the newest replay, and on
 * `OLLAMA_TARGET` where it names a server that the suite starts.
 */

type Bench = {
  target: string
  startMs: number
  suite: Fired
  bare: Fired
  peakMb: number
  validationMs: number
}

const ledger = await compiledLedger()
const replay = `replay:${recordedVersions('ollama').at(-1)}`
const asked = process.env.OLLAMA_TARGET
const benches: Bench[] = []
for (const target of new Set([replay, asked ?? replay])) benches.push(await measure(target, ledger))
for (const bench of benches) print(bench)
const plot = fromRoot('reports/bench.svg')
mkdirSync(dirname(plot), { recursive: true })
writeFileSync(plot, draw(benches))
say(`a plot: ${plot}`)
process.exit(0)

async function measure(target: string, ledger: Ledger): Promise<Bench> {
  const began = performance.now()
  const { status, stdout, stderr } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run'], {
    cwd: fromRoot(),
    env: { ...process.env, OLLAMA_TARGET: target, LLAMA_SERVER_TARGET: '' },
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  const wallMs = Math.round(performance.now() - began)
  const written = `${stdout}${stderr}`.match(/target is ollama (\S+) \((\w+):/)
  if (status !== 0 || !written) {
    say(`the suites fail on ${target}, so there is nothing to measure:\n${stdout}${stderr}`)
    process.exit(1)
  }
  const [, version, kind] = written
  const file = reportFolder(`ollama-${version}-${kind}`, 'results.json')
  const results = JSON.parse(readFileSync(file, 'utf8')) as Results
  const requests = results.statements.reduce((sum, { requests }) => sum + requests, 0)
  const suite = { wallMs: results.durationMs, cpuMs: results.cpuMs, requests, left: 0 }
  const { peakMb, validationMs } = results
  const bare = await fire(target, byFile(results.statements, ledger), ledger)
  return { target, startMs: wallMs - results.durationMs, suite, bare, peakMb, validationMs }
}

/** The statements by suite, in the order in which a run takes the suites. */
function byFile(statements: StatementResult[], ledger: Ledger): StatementResult[][] {
  const areaOf = ({ id }: StatementResult) => ledger.get(id)?.area ?? ''
  const rank = (area = '') => (FIRST.includes(area) ? FIRST.indexOf(area) : FIRST.length)
  return [...Map.groupBy(statements, areaOf)]
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([, of]) => of)
}

async function fire(asked: string, files: StatementResult[][], ledger: Ledger): Promise<Fired> {
  process.env.OLLAMA_TARGET = asked
  const { target } = await chooseTarget('ollama', () => {})
  const url = await target.start({}, '1')
  if (target.kind !== 'replay') await makeModels(new Client({ url, name: 'setup' }))
  const stores = await target.keepModels?.(Object.values(models))
  const registry = target.kind === 'binary' ? await startRegistry() : undefined
  const clientOf = (url: string) => new Client({ url, name: 'bench' })
  const control = await startControl(target, url, clientOf, registry, () => false, stores === undefined)
  try {
    return await fireBare(
      files,
      ledger,
      { control, registry: registry?.host, replay: target.kind === 'replay', stores },
      { workers: workersFor(asked), checks: checksFor(asked) },
    )
  } finally {
    await control.stop()
    await registry?.stop()
    await target.stop()
  }
}

function print({ target, startMs, suite, bare, peakMb, validationMs }: Bench): void {
  const each = ({ cpuMs, requests }: Fired) => (cpuMs / requests).toFixed(2)
  say(
    [
      `${target}: ${suite.requests} requests (${bare.left} of them cannot be sent again)`,
      `  wall time: suite ${suite.wallMs} ms, bare ${bare.wallMs} ms: ${(suite.wallMs / bare.wallMs).toFixed(2)} times as long; start-up ${startMs} ms more`,
      `  processor time a request: suite ${each(suite)} ms, bare ${each(bare)} ms; validation ${((100 * validationMs) / suite.cpuMs).toFixed(1)} % of the suite's`,
      `  memory of the runner: at most ${peakMb} MB`,
    ].join('\n'),
  )
}

/** Bars, suite beside bare, of wall time and processor time. */
function draw(benches: Bench[]): string {
  const bars = benches.flatMap(({ target, suite, bare }) =>
    (['wallMs', 'cpuMs'] as const).flatMap((what) => [
      {
        label: `${target}, ${what === 'wallMs' ? 'wall' : 'processor'}: suite`,
        ms: suite[what],
        fill: '#3b6ea5',
      },
      { label: 'bare', ms: bare[what], fill: '#b0b8c0' },
    ]),
  )
  const most = Math.max(...bars.map(({ ms }) => ms))
  const rows = bars.map(
    ({ label, ms, fill }, index) =>
      `<text x="300" y="${24 * index + 17}" text-anchor="end">${label}</text><rect x="308" y="${24 * index + 4}" width="${(400 * ms) / most}" height="16" fill="${fill}"/><text x="${316 + (400 * ms) / most}" y="${24 * index + 17}">${(ms / 1000).toFixed(1)} s</text>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="800" height="${24 * bars.length + 8}" font-family="sans-serif" font-size="12">${rows.join('')}</svg>\n`
}
