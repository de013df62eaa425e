import { expect, test } from 'vitest'
import { stalePages } from './docs.ts'

test('the pages in docs/ say what the ledger and the recordings say; if not: npm run docs', () => {
  expect(stalePages()).toEqual([])
})
