import { expect, test } from 'vitest'
import { licences } from './licences.ts'

/** What may stand beside a project under the MIT licence without conditions on its own code. */
const FINE = [
  '0BSD',
  'Apache-2.0',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'MPL-2.0',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
]

test('every dependency names a licence that asks nothing of our own code', () => {
  const { package: own, checkout } = licences()
  expect([...own.keys(), ...checkout.keys()].filter((licence) => !FINE.includes(licence))).toEqual([])
})
