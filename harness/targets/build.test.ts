import { expect, test } from 'vitest'
import { buildHint, buildVersion, namesBuild } from './build.ts'

test.each([
  ['the build that the server names', 'b11434-5c0ab1d', undefined, 'b11434'],
  ['with no commit', 'b11434-unknown', '', 'b11434'],
  ['the one that the user says, where the server names none', 'b1-571d0d5', 'b10068', 'b10068'],
  ['both, where they agree', 'b10068-571d0d5', 'b10068', 'b10068'],
  ['what the server calls itself, where nobody names one', 'b1-571d0d5', undefined, 'b1'],
  ['none for what is no llama-server', undefined, 'b10068', undefined],
  ['none for a strange answer', 'llama', 'b10068', undefined],
])('the version is %s', (_, info, said, version) => {
  expect(buildVersion(info, said)).toBe(version)
})

test.each([
  ['b1-571d0d5', '10068', /^LLAMA_SERVER_BUILD=10068 is no build; one is b\d+$/],
  ['b1-571d0d5', 'b1', /is no build/],
  ['b11434-unknown', 'b10068', /^LLAMA_SERVER_BUILD=b10068, but the server calls itself b11434; unset it$/],
])('%s cannot be said to be %s', (info, said, message) => {
  expect(() => buildVersion(info, said)).toThrow(message)
  expect(() => buildVersion(info, said)).toThrow(expect.objectContaining({ name: 'SuiteError' }))
})

test('b1 names no build, and the hint says what to do', () => {
  expect(['b0', 'b1', 'b10068'].map(namesBuild)).toEqual([false, false, true])
  expect(buildHint('b1')).toContain('LLAMA_SERVER_BUILD=b')
})
