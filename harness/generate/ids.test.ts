import { expect, test } from 'vitest'
import { loadLedger } from '../ledger/ledger.ts'
import { givenIds } from './ids.ts'

test('no id vanishes: what a server does no more has an `until`, and its row stays', () => {
  const ledger = loadLedger()
  expect(givenIds().filter((id) => !ledger.has(id))).toEqual([])
})
