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
  schema: 'ollama/delete/request.json',
  message: message(body),
})

test('an accepted mutant survives when no recording shows the like', () => {
  const [score] = mutationScores([recorded({ model: 'm' })])
  expect(score?.survivors).toEqual(['0.24.0 drop /model'])
  expect(score).toMatchObject({ rejected: 4, allowed: 0 })
})

test('it is allowed when a recording does', () => {
  const [score] = mutationScores([recorded({ model: 'm' }), recorded({ name: 'm' })])
  expect(score?.survivors).toEqual([])
  expect(score?.allowed).toBe(2)
})
