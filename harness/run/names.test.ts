import { expect, test } from 'vitest'
import { asNamed } from './names.ts'

const names = { successor: 'sea/talker:1b', spare: 'brief' }

test.each([
  ["model 'conformance/successor' not found", "model 'sea/talker:1b' not found"],
  ['conformance/successor:latest', 'sea/talker:1b'],
  ['conformance/spare:latest', 'brief:latest'],
  ['CONFORMANCE/SUCCESSOR', 'SEA/TALKER:1B'],
  ['conformance/nobody', 'conformance/nobody'],
])('%s is %s where the models have other names', (said, meant) => {
  expect(asNamed({ [said]: [said] }, names)).toEqual({ [meant]: [meant] })
})

test('a value is left as it is where the suite made the models', () => {
  const value = { model: 'conformance/successor' }
  expect(asNamed(value, {})).toBe(value)
  expect(asNamed(undefined, names)).toBeUndefined()
})
