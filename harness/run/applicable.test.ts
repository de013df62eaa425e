import { expect, test } from 'vitest'
import type { Statement } from '../ledger/ledger.ts'
import { guard, NotApplicable, notApplicable, wouldHang } from './applicable.ts'
import type { Supply } from './models.ts'
import type { Session } from './session.ts'

const guarding = (way: Supply['way']) =>
  guard({
    system: 'ollama',
    version: '0.24.0',
    served: { absent: [], silent: [], asked: [], nowhere: {} },
    supply: { way, names: {}, absent: {} },
    asked: { profiles: [], readOnly: false },
  } as unknown as Session)

const unload = { method: 'POST', path: '/api/generate', body: { model: 'qwen3:0.6b', keep_alive: 0 } }

test("nothing changes how long a model of the server's own stays loaded", () => {
  expect(() => guarding('own')(unload)).toThrow(NotApplicable)
  const { keep_alive: _, ...body } = unload.body
  expect(() => guarding('own')({ ...unload, body })).not.toThrow()
})

test.each(['made', 'there'] as const)("the suite's own models, %s, are loaded and unloaded", (way) => {
  expect(() => guarding(way)(unload)).not.toThrow()
})

test('a statement that would leave an endless generation fails only where that one would go on', () => {
  const session = { manners: { stopsWhenLeft: { streamed: true, whole: false } } } as unknown as Session
  const why = (abort: 'streamed' | 'whole') => wouldHang({ needs: { abort } } as Statement, session)
  expect(why('streamed')).toBeUndefined()
  expect(why('whole')).toMatch(
    /^aborts do not reach the engine: a generation goes on after its client has gone away before the answer began, /,
  )
})

test('what needs models beside each other is not about a server that keeps fewer', () => {
  const why = (beside: number | undefined) =>
    notApplicable(
      { needs: { beside: 2 }, about: { endpoints: [] } } as unknown as Statement,
      { version: '0.24.0', beside, asked: { profiles: [] } } as unknown as Session,
    )
  expect(why(undefined)).toBeUndefined()
  expect(why(2)).toBeUndefined()
  expect(why(1)).toBe('needs 2 models loaded beside each other, and the server keeps 1')
})

test('a container has its home to itself, and a server on macOS believes no other authority', () => {
  const why = (needs: Statement['needs'], session: object) =>
    notApplicable(
      { needs, about: { endpoints: [] } } as unknown as Statement,
      {
        version: '0.24.0',
        launches: true,
        registry: 'here',
        asked: { profiles: [] },
        ...session,
      } as unknown as Session,
    )
  expect(why({ launch: { '~/.ollama/a.json': '{}' } }, { kind: 'container' })).toMatch(
    /^needs files in the home/,
  )
  expect(why({ launch: { '~/.ollama/a.json': '{}' } }, { kind: 'binary' })).toBeUndefined()
  const elsewhere = /^(darwin|win32)$/.test(process.platform)
  expect(why({ registry: 'https' }, { kind: 'binary' }) !== undefined).toBe(elsewhere)
  expect(why({ registry: 'https' }, { kind: 'replay' })).toBeUndefined()
})
