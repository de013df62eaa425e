import { expect, test } from 'vitest'
import { loadLedger } from '../ledger/ledger.ts'
import type { Bites, Survivor } from './bites.ts'
import { explained, mayNoticeChunks, mayNoticeNothing, readEquivalents } from './equivalents.ts'

const survivor: Survivor = {
  statement: 'chat.demo',
  exchange: 0,
  operation: 'POST /api/chat',
  status: 200,
  key: 'k',
  name: 'a count by one',
  place: 'records[2].eval_count',
  was: '2',
  now: '3',
}
const KIND = 'POST /api/chat 200: a count by one at records[*].eval_count'
const bites = (statement: string, kinds: string[]) => ({ statement, kinds, ruled: [] }) as unknown as Bites

test('a reason takes away what fits all of its patterns, and is stale when nothing does', () => {
  const fits = { operation: 'POST /api/*', place: 'records[*].eval_count', because: 'a' }
  const other = { place: 'body.*', because: 'b' }
  const { survivors, equivalent, stale } = explained([survivor], [fits, other], [], 1)
  expect([survivors, equivalent, stale]).toEqual([[], 1, ['body.*: b']])
})

test('a reason that names other checks holds only where one of them notices the same', () => {
  const named = [{ operation: 'POST /api/chat', because: 'a', by: ['chat.other'] }]
  expect(explained([survivor], named, [bites('chat.other', [KIND])], 1).survivors).toEqual([])
  expect(explained([survivor], named, [bites('chat.other', [])], 1).survivors).toEqual([survivor])
  expect(explained([survivor], named, [bites('chat.another', [KIND])], 1).survivors).toEqual([survivor])
})

test('a check may notice nothing only where that is said', () => {
  const said = [{ statement: 'chat.*', change: 'all of them', because: 'a' }]
  expect(mayNoticeNothing('chat.demo', said)).toBe(true)
  expect(mayNoticeNothing('generate.demo', said)).toBe(false)
  expect(explained([survivor], said, [], 1).survivors).toEqual([survivor])
})

test('a check may notice where chunks end only where that is said', () => {
  const said = [{ statement: 'streaming.chunks.*', change: 'chunks split elsewhere', because: 'a' }]
  expect(mayNoticeChunks('streaming.chunks.chat', said)).toBe(true)
  expect(mayNoticeChunks('chat.demo', said)).toBe(false)
  expect(explained([survivor], said, [], 1)).toEqual({ survivors: [survivor], equivalent: 0, stale: [] })
})

test('the reasons name statements that there are', () => {
  const ledger = loadLedger()
  const named = readEquivalents().flatMap(({ by = [], because }) => [
    ...by,
    ...(because.match(/`[a-z-]+(\.[a-z_-]+)+`/g) ?? []).map((id) => id.slice(1, -1)),
  ])
  expect(named.filter((id) => id !== 'rules' && !ledger.has(id))).toEqual([])
})
