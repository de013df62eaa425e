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

/** Of several to choose from one is enough. */
const isFine = (licence: string) =>
  licence
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((one) => FINE.includes(one))

test('every dependency names a licence that asks nothing of our own code', () => {
  const { package: own, checkout } = licences()
  expect([...own.keys(), ...checkout.keys()].filter((licence) => !isFine(licence))).toEqual([])
})
