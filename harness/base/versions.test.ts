import { describe, expect, test } from 'vitest'
import { comparable, compareVersions, describeRange, inRange } from './versions.ts'

test.each([
  ['0.24.0', '0.24.0'],
  ['0.33.0-rc1', '0.33.0-rc.1'],
  ['0.33.0-rc1+build.5', '0.33.0-rc.1'],
  ['0.12.3-5-gdeadbee', '0.12.3'],
  ['b10488', '10488.0.0'],
  // Nobody knows what these are, so they are held to the newest expectations.
  ['0.0.0', '9999.0.0'],
  ['0.0.0-dirty', '9999.0.0'],
  ['main', '9999.0.0'],
  ['', '9999.0.0'],
  ['b1', '9999.0.0'],
])('%s counts as %s', (version, expected) => {
  expect(comparable(version)).toBe(expected)
})

test('versions are ordered by number, not by text, and a release candidate comes before its release', () => {
  const versions = ['0.24.0', '0.9.6', '0.0.0', '0.5.7', '0.13.5', '0.32.15', '0.32.2']
  expect(versions.sort(compareVersions)).toEqual([
    '0.5.7',
    '0.9.6',
    '0.13.5',
    '0.24.0',
    '0.32.2',
    '0.32.15',
    '0.0.0',
  ])
  const candidates = ['0.33.0', '0.33.0-rc10', '0.32.15', '0.33.0-rc2', '0.33.1']
  expect(candidates.sort(compareVersions)).toEqual([
    '0.32.15',
    '0.33.0-rc2',
    '0.33.0-rc10',
    '0.33.0',
    '0.33.1',
  ])
})

describe('ranges hold from since on, up to but without until', () => {
  const cases: [version: string, range: { since?: string; until?: string }, within: boolean][] = [
    ['0.5.7', {}, true],
    ['0.9.0', { since: '0.9.0' }, true],
    ['0.8.9', { since: '0.9.0' }, false],
    ['0.9.0', { until: '0.9.0' }, false],
    ['0.8.9', { until: '0.9.0' }, true],
    ['0.9.5', { since: '0.9.0', until: '0.10.0' }, true],
    ['0.10.0', { since: '0.9.0', until: '0.10.0' }, false],
    ['0.9.0-rc2', { since: '0.9.0' }, false],
    ['0.9.0-rc2', { until: '0.9.0' }, true],
    ['0.9.0-rc2', { since: '0.8.0' }, true],
    ['0.0.0', { since: '0.9.0' }, true],
    ['0.0.0', { until: '0.9.0' }, false],
    ['b10488', { since: '10000.0.0' }, true],
  ]
  test.each(cases)('%s in %o: %s', (version, range, within) => {
    expect(inRange(version, range)).toBe(within)
  })
})

test.each([
  [{ since: '0.9.0', until: '0.12.6' }, '0.9.0 until 0.12.6'],
  [{ since: '0.9.0' }, '0.9.0 and up'],
  [{ until: '0.9.0' }, 'before 0.9.0'],
  [{}, 'every version'],
])('%o reads "%s"', (range, text) => {
  expect(describeRange(range)).toBe(text)
})
