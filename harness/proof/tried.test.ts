import { expect, test } from 'vitest'
import { ROOT } from '../base/paths.ts'
import { command } from '../testing/command.ts'

test('a sample of changed answers is noticed', { timeout: 300_000 }, async () => {
  const { code, stdout, stderr } = await command(ROOT, [
    'mutate',
    'exchanges',
    '--recordings',
    '0.32.15',
    '--sample',
    '50',
  ])
  expect(code, stdout + stderr).toBe(0)
  expect(stdout).toMatch(/ollama 0\.32\.15: [\d.]+ % of \d{5} changed answers noticed/)
})
