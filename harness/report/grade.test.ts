import { expect, test } from 'vitest'
import { loadLedger } from '../ledger/ledger.ts'
import { readRecording, restoreExchange, storeExchange } from '../recording/recording.ts'
import type { Verdict } from '../run/verdict.ts'
import { judgeMessages } from '../schema/messages.ts'
import { operationsOf } from '../schema/routes.ts'
import { otherwise, recordedResults } from '../testing/results.ts'
import { badge, gradeData, gradeLines, gradeOf } from './grade.ts'
import { judgeAll, type Results } from './results.ts'

const VERSION = '0.24.0'
const TARGET = { system: 'ollama', version: VERSION, kind: 'url', label: 'http://host/base' } as const
const ABSENT = ['POST /v1/messages', 'POST /v1/responses']
const ledger = loadLedger()

/** Of a server on which everything holds, but for the routes that it does not have. */
function results(): Results {
  const whole = recordedResults(VERSION)
  const gone = whole.statements.filter(({ id }) => ABSENT.includes(ledger.get(id)?.about.endpoints[0] ?? ''))
  return {
    ...otherwise(whole, Object.fromEntries(gone.map(({ id }) => [id, { status: 'not-applicable' }]))),
    target: TARGET,
    server: {
      url: 'http://host/base',
      headers: { authorization: 'THE_TOKEN' },
      served: operationsOf('ollama', VERSION).filter((one) => !ABSENT.includes(one)),
      absent: ABSENT,
      profiles: [],
      models: 'made',
    },
  }
}

test('everything holds, and what is not served is no part of it', () => {
  const grade = gradeOf(results(), ledger)
  const words = Object.fromEntries(grade.profiles.map(({ profile, word }) => [profile, word]))
  expect(words).toMatchObject({
    chat: 'exact',
    discover: 'exact',
    responses: 'not served',
    anthropic: 'not served',
  })
  expect(grade.tiers.core.pass).toBe(grade.tiers.core.of)
  expect(gradeLines(grade, results()).join('\n')).toMatch(/chat +exact +100 % +100 % +100 %\n/)
  expect(badge(grade, results())).toContain('<title>Ollama 0.24.0 API: core 100 % · complete 100 %</title>')
})

test('a text of Ollama itself counts against no other tier', () => {
  const exact = [...ledger.values()].find(
    ({ tier, about, defect, system }) =>
      tier === 'exact' && !defect && system === 'ollama' && about.endpoints[0] === 'POST /api/chat',
  )
  const failed = otherwise(results(), { [exact?.id ?? '']: { status: 'fail' } })
  const chat = gradeOf(failed, ledger).profiles.find(({ profile }) => profile === 'chat')
  expect(chat).toMatchObject({ word: 'complete' })
})

test('a profile of which nothing of core was judged has no word', () => {
  const core = results().statements.filter(({ tier }) => tier === 'core')
  const gone = Object.fromEntries(core.map(({ id }) => [id, { status: 'not-applicable' as const }]))
  const { profiles } = gradeOf({ ...otherwise(results(), gone), messages: [] }, ledger)
  expect(profiles.find(({ profile }) => profile === 'manage')).toMatchObject({ word: 'not judged' })
})

test('a declared profile is what the grade is about', () => {
  const declared = results()
  if (declared.server) declared.server.profiles = ['chat']
  expect(gradeOf(declared, ledger).profiles.map(({ profile }) => profile)).toEqual(['chat'])
})

test('one missing key is one finding that names it, with the curl that shows it', () => {
  const exchange = restoreExchange(
    readRecording('ollama', VERSION).areas.models?.['models.show.keys']?.[0] as never,
  )
  const { capabilities: _, ...rest } = exchange.json
  exchange.chunks.splice(0, exchange.chunks.length, { t: 1, bytes: Buffer.from(JSON.stringify(rest)) })
  const { met, problems } = judgeMessages(exchange, TARGET)
  const verdict = {
    id: 'models.show.keys',
    exchanges: [storeExchange(exchange)],
    messages: met,
    problems: problems.map((problem) => ({ ...problem, exchange: 0 })),
  } as unknown as Verdict
  const { findings, profiles } = gradeData({ ...results(), messages: judgeAll([verdict], TARGET) }, ledger)
  expect(findings).toMatchObject([
    {
      message: 'show/response',
      place: '/capabilities',
      kind: 'missing',
      endpoint: 'POST /api/show',
      statements: 1,
    },
  ])
  expect(findings[0]?.exchange.curl).toMatch(
    /^curl -sS -i -X POST http:\/\/host\/base\/api\/show .*-H "authorization: \$THE_TOKEN" --data-raw/,
  )
  expect(profiles.find(({ profile }) => profile === 'discover')).toMatchObject({ word: 'partial' })
})
