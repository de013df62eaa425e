import { expect, test, vi } from 'vitest'
import { Progress, progressLine } from './progress.ts'

test.each([
  [{ pass: 1 }, 4, 0, '1 of 4'],
  [{ pass: 10, fail: 2, 'not-applicable': 8 }, 100, 10_000, '20 of 100 · 2 fail · about 40 s left'],
  [{ pass: 10 }, 1000, 10_000, '10 of 1000 · about 17 min left'],
  [{ pass: 10 }, 10, 10_000, '10 of 10'],
])('%j of %i after %i ms: %4$s', (counts, total, ms, line) => {
  expect(progressLine(new Map(Object.entries(counts)) as never, total, ms)).toBe(line)
})

const terminal = (isTTY = true) => {
  let written = ''
  const write = (text: string) => {
    written += text
    return true
  }
  return { isTTY, columns: 0, write, text: () => written.replaceAll('\r\u001b[2K', '<') }
}

test('what others print goes above the line, and nothing of it is left', () => {
  vi.stubEnv('CI', undefined)
  const stream = terminal()
  const progress = Progress.on(stream, 3)
  progress?.count('pass')
  stream.write('✓ a suite\n')
  progress?.end()
  stream.write('done\n')
  expect(stream.text()).toBe('<1 of 3<✓ a suite\n1 of 3<done\n')
})

test('quiet in CI and in a file', () => {
  vi.stubEnv('CI', 'true')
  expect(Progress.on(terminal(), 3)).toBeUndefined()
  vi.stubEnv('CI', undefined)
  expect(Progress.on(terminal(false), 3)).toBeUndefined()
})
