import { expect, test } from 'vitest'
import { loadLedger } from '../ledger/ledger.ts'
import { isAmong, select } from './selection.ts'

const ledger = loadLedger()
/** The statements that Vitest would take by the pattern. */
const taken = (pattern: string | undefined) =>
  [...ledger.keys()].filter((id) => new RegExp(pattern ?? '').test(id))

test('areas are whole suites', () => {
  expect(select(['chat', 'embed'], ledger)).toEqual({
    systems: new Set(['ollama']),
    files: ['suites/ollama/chat.test.ts', 'suites/ollama/embed.test.ts'],
    pattern: undefined,
  })
  expect(select(['llama-server.chat'], ledger)).toMatchObject({
    systems: new Set(['llama-server']),
    files: ['suites/llama-server/chat.test.ts'],
  })
})

test('ids are some checks of a suite', () => {
  const { files, pattern } = select(['options.num_keep.negative'], ledger)
  expect(files).toEqual(['suites/ollama/options.test.ts'])
  expect(taken(pattern)).toEqual(['options.num_keep.negative'])
})

test('a star is any rest of an id', () => {
  const { pattern } = select(['options.num_keep.*'], ledger)
  expect(taken(pattern).length).toBeGreaterThan(1)
  expect(taken(pattern).every((id) => id.startsWith('options.num_keep.'))).toBe(true)
})

test('areas beside ids stay whole', () => {
  const { pattern } = select(['embed', 'options.num_keep.negative'], ledger)
  const embed = [...ledger.values()].filter(({ system, area }) => system === 'ollama' && area === 'embed')
  expect(taken(pattern).sort()).toEqual([...embed.map(({ id }) => id), 'options.num_keep.negative'].sort())
})

test('a name that nothing has is told with the nearest', () => {
  expect(() => select(['chatt'], ledger)).toThrow(
    /there is no area and no statement chatt; did you mean chat\?/,
  )
})

test('one statement is among those that are named, or not', () => {
  const isMeant = isAmong(['embed', 'options.num_keep.*'], ledger)
  expect(
    ['embed.window.none', 'options.num_keep.negative', 'options.seed.zero', 'nothing'].map(isMeant),
  ).toEqual([true, true, false, false])
})
