import { expect, test } from 'vitest'
import { loadLedger } from '../ledger/ledger.ts'
import { boundaries, endpointLines, surfacesAt } from './timeline.ts'
import type { Docs } from './docs.ts'
import { fieldRows } from './fields.ts'
import { CITATION, fitsId, readTableFile } from './prose.ts'

const ledger = loadLedger()
const docs = Object.entries(readTableFile<Docs>('docs'))
const versions = boundaries('ollama', ledger.values())
const lines = endpointLines('ollama', versions, surfacesAt('ollama', versions))
const cited = (means: string) =>
  [...means.matchAll(CITATION)].flatMap(([, list = '']) =>
    list.split(', ').flatMap((pattern) => [...ledger.keys()].filter((id) => fitsId(pattern, id))),
  )

test('every field that the docs list is in the tables of its endpoint', () => {
  for (const [endpoint, { fields }] of docs) {
    const line = lines.find(({ name }) => name === endpoint)
    for (const side of ['request', 'answer'] as const) {
      const known = line ? fieldRows(line, side).map(({ path }) => path) : []
      expect(
        fields[side].filter((name) => !known.includes(name)),
        `${endpoint}, ${side}`,
      ).toEqual([])
    }
  }
})

test('every sentence of the docs has its verdict and what was measured', () => {
  for (const [, { says }] of docs) {
    for (const { says: sentence, verdict, means } of says) {
      expect(['right', 'in part', 'wrong', 'not measured'], sentence).toContain(verdict)
      expect(cited(means).length, sentence).toBeGreaterThan(0)
    }
  }
})

test('what is wrong in docs/api.md is marked: each statement that quotes it, and nothing that quotes nobody', () => {
  for (const [endpoint, { says }] of docs) {
    const wrong = new Set(
      says.filter(({ verdict }) => verdict === 'wrong').flatMap(({ means }) => cited(means)),
    )
    const disputed = [...ledger.values()].filter(
      ({ about, quotes, sources }) =>
        quotes &&
        about.endpoints.includes(endpoint) &&
        sources.some((source) => source.startsWith('docs/api.md:')) &&
        // That is about openapi.yaml.
        !sources.some((source) => source.startsWith('docs/openapi.yaml:')),
    )
    expect(
      disputed.filter(({ id }) => !wrong.has(id)).map(({ id }) => id),
      endpoint,
    ).toEqual([])
    for (const { says: sentence, verdict, means } of says) {
      if (verdict !== 'wrong') continue
      expect(
        cited(means).some((id) => ledger.get(id)?.quotes),
        sentence,
      ).toBe(true)
    }
  }
})
