import { expect, test } from 'vitest'
import { generatedFiles, leftOver, stale } from './generated.ts'

test('the generated files are what the ledger, the schemas and the recordings give; if not: npm run generate', async () => {
  const files = await generatedFiles()
  expect([...stale(files), ...leftOver(files)]).toEqual([])
}, 240_000)
