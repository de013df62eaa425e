import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { fromRoot } from '../base/paths.ts'
import { SYSTEMS } from '../base/systems.ts'
import { loadLedger } from '../ledger/ledger.ts'
import { fold, unfold } from './area-file.ts'
import { readRecording, recordedVersions, restoreBytes, type StoredExchange } from './recording.ts'

const recordings = SYSTEMS.flatMap((system) =>
  recordedVersions(system).map((version) => ({ system, version })),
)

/** Folders of whoever recorded; what a server itself says of its temporary model folder is its answer. */
const MACHINE = /(?<![\w.-])(\/root|\/work|\/opt|\/home|\/Users|[A-Z]:\\+Users)\b[^\s"\\]*/g

const responseText = ({ response }: StoredExchange) =>
  Buffer.concat((response?.chunks ?? []).map(([, bytes]) => restoreBytes(bytes))).toString()

test('there is a recording of Ollama', () => {
  expect(recordedVersions('ollama')).not.toEqual([])
})

/** What clients send where they were given no key, and a check that asks whether it is passed on. */
const PLACEHOLDERS = ['Bearer ollama', 'Bearer api-key-not-set', 'Bearer mine']

describe.each(recordings)('recording of $system $version', ({ system, version }) => {
  const folder = fromRoot('fixtures/recordings', system, version)
  const { provenance, areas } = readRecording(system, version)
  const exchanges = Object.values(areas).flatMap((area) => Object.values(area).flat())

  test('says what was recorded', () => {
    expect(provenance).toMatchObject({
      system,
      version,
      kind: expect.stringMatching(/^(container|binary|url)$/),
      digest: expect.stringMatching(/^(sha256:[0-9a-f]{64})?$/),
      suite: expect.stringMatching(/^\d+\.\d+\.\d+/),
      date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
    })
  })

  test('is under 3 MB', () => {
    const sizes = readdirSync(folder).map((name) => statSync(join(folder, name)).size)
    expect(sizes.reduce((a, b) => a + b)).toBeLessThan(3_000_000)
  })

  test('comes back from the files that would be written', () => {
    for (const [area, exchanges] of Object.entries(areas))
      expect(isDeepStrictEqual(unfold(JSON.parse(JSON.stringify(fold(exchanges)))), exchanges), area).toBe(
        true,
      )
  })

  test('is of statements that there are, each under its area', () => {
    const ledger = loadLedger()
    const { setup, ...rest } = areas
    if (system === 'ollama') expect(Object.keys(setup ?? {})).toEqual(['setup'])
    for (const [area, statements] of Object.entries(rest)) {
      const strangers = Object.keys(statements).filter((id) => {
        const statement = ledger.get(id)
        return statement?.area !== area || statement.system !== system
      })
      expect(strangers, area).toEqual([])
    }
  })

  test('holds whole exchanges', () => {
    expect(exchanges.length).toBeGreaterThan(0)
    for (const exchange of exchanges) {
      expect(['complete', 'aborted', 'cut', 'refused']).toContain(exchange.end)
      if (exchange.end === 'complete') expect(exchange.response).toBeDefined()
      expect(exchange.request.path).toMatch(/^\//)
      expect(() => responseText(exchange)).not.toThrow()
    }
  })

  test('names no folder of the machine that it was made on', () => {
    const text = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
    expect(text.join('\n').match(MACHINE)).toBeNull()
  })

  test('holds nothing of the harness', () => {
    for (const { request, response } of exchanges) {
      const names = [...Object.keys(request.headers), ...(response?.headers.map(([name]) => name) ?? [])]
      expect(names.filter((name) => /conformance|cookie/i.test(name))).toEqual([])
      const credentials = Object.entries(request.headers).filter(([name]) => /authorization/i.test(name))
      for (const [, value] of credentials) expect(PLACEHOLDERS).toContain(value)
      expect(response?.status).not.toBe(599)
    }
  })
})
