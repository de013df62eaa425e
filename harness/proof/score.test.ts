import { expect, test } from 'vitest'
import type { Message } from '../schema/validate.ts'
import { mutationScores } from './score.ts'

const message = (body: unknown): Message => ({
  system: 'ollama',
  version: '0.24.0',
  method: 'DELETE',
  path: '/api/delete',
  open: false,
  part: 'request',
  body,
})
const recorded = (body: unknown) => ({
  statement: 'x.y',
  index: 0,
  schema: 'ollama/delete/request.json',
  message: message(body),
})

test('an accepted mutant survives when no recording shows the like', () => {
  const [score] = mutationScores([recorded({ model: 'm' })])
  expect(score?.survivors).toEqual(['0.24.0 null /model', '0.24.0 drop /model'])
  expect(score).toMatchObject({ rejected: 3, allowed: 0 })
})

test('one without the property is allowed when a recording has none', () => {
  const [score] = mutationScores([recorded({ model: 'm' }), recorded({ name: 'm' })])
  expect(score?.survivors).toEqual(['0.24.0 null /model', '0.24.0 null /name'])
  expect(score?.allowed).toBe(2)
})

test('one with null is allowed when a recording has null there', () => {
  const [score] = mutationScores([recorded({ model: 'm' }), recorded({ model: null })])
  expect(score?.survivors).not.toContain('0.24.0 null /model')
  expect(score?.survivors).toContain('0.24.0 drop /model')
})

test('an open message is not mutated, but shows what requests do', () => {
  const { message: own, ...held } = recorded({ name: 'm', extra: 1 })
  const [score, ...others] = mutationScores([
    recorded({ model: 'm' }),
    { ...held, message: { ...own, open: true } },
  ])
  expect(others).toEqual([])
  expect(score?.survivors).toEqual(['0.24.0 null /model'])
  expect(score).toMatchObject({ rejected: 3, allowed: 1 })
})
