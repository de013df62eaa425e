import { expect, test } from 'vitest'
import { inRange } from '../base/versions.ts'
import { loadLedger } from '../ledger/ledger.ts'
import type { Published } from './across.ts'
import { verdictsOf } from './parameters.ts'
import { CITATION, readTableFile } from './prose.ts'

const verdicts = verdictsOf([...loadLedger().values()])
const at = (parameter: string, endpoint: string, version: string, of?: string) =>
  verdicts
    .filter((one) => one.parameter === parameter && one.endpoint === endpoint && one.of === of)
    .filter((one) => inRange(version, one))
    .map(({ verdict }) => verdict)

test('an option is honoured at one endpoint and dropped at another', () => {
  expect(at('top_k', 'POST /api/generate', '0.32.15')).toEqual(['honoured'])
  expect(at('top_k', 'POST /v1/completions', '0.32.15')).toEqual(['dropped'])
  expect(at('seed', 'POST /v1/responses', '0.32.15')).toEqual(['dropped'])
})

test('it goes by the version', () => {
  expect(at('typical_p', 'POST /api/chat', '0.11.4')).toEqual(['dropped'])
  expect(at('typical_p', 'POST /api/chat', '0.11.5')).toEqual(['honoured'])
  expect(at('mirostat', 'POST /api/embed', '0.5.7')).toEqual(['read'])
  expect(at('mirostat', 'POST /api/embed', '0.7.0')).toEqual(['dropped'])
})

test('a range that follows another with the same verdict is one with it', () => {
  const [one, ...others] = verdicts.filter(
    ({ parameter, endpoint, of }) => parameter === 'num_ctx' && endpoint === 'POST /api/chat' && !of,
  )
  expect(others).toEqual([])
  expect(one?.until).toBeUndefined()
})

test('what is out of range is clamped, refused or taken', () => {
  const outside = (parameter: string, version: string) =>
    at(parameter, 'POST /api/generate', version, 'a value out of range')
  expect(outside('num_ctx', '0.32.15')).toEqual(['clamped', 'clamped'])
  expect(outside('repeat_last_n', '0.24.0')).toEqual(['taken'])
  expect(outside('repeat_last_n', '0.30.0')).toEqual(['refused'])
})

test('no version has two verdicts on one thing', () => {
  const moves = [...new Set(verdicts.flatMap(({ since, until }) => [since ?? '0.5.7', until ?? '0.32.15']))]
  const usual = verdicts.filter(({ of }) => !of)
  for (const { parameter, endpoint } of usual) {
    for (const version of moves) {
      expect(at(parameter, endpoint, version).length, `${parameter} ${endpoint} ${version}`).toBeLessThan(2)
    }
  }
})

const published = (['openai', 'anthropic'] as const).flatMap((file) =>
  Object.entries(readTableFile<Published>(file)).map(([endpoint, listed]) => ({ endpoint, ...listed })),
)

test('every parameter that the types of a package list has its line', () => {
  for (const { endpoint, published: names, parameters } of published) {
    const own = new Set(parameters.map(({ name }) => name.split(':')[0]))
    expect(
      names.filter((name) => !own.has(name)),
      endpoint,
    ).toEqual([])
  }
})

test('each leads to what was measured, or says that it was not asked yet; these are few', () => {
  const unasked: string[] = []
  for (const { endpoint, parameters } of published) {
    for (const { name, verdict, means } of parameters) {
      expect(['served', 'different', 'dropped', 'not asked yet'], name).toContain(verdict)
      if (verdict === 'not asked yet') unasked.push(`${endpoint} ${name}`)
      else expect(means.match(CITATION), `${endpoint} ${name}: ${means}`).not.toBeNull()
    }
  }
  expect(unasked.filter((one) => !one.includes('/v1/audio/')).length, unasked.join('\n')).toBeLessThan(5)
})

test('what is called dropped was measured as dropped, what is called served was not', () => {
  for (const { endpoint, parameters } of published) {
    for (const { name, verdict } of parameters) {
      const [measured] = at(name, endpoint, '0.32.15')
      if (!measured) continue
      expect(measured === 'dropped', `${endpoint} ${name} is ${measured}`).toBe(verdict === 'dropped')
    }
  }
})
