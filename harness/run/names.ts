import { PREFIX, tagged } from '../../fixtures/instruments/models.ts'
import type { Supply } from './models.ts'

const NAMES = new RegExp(`(${PREFIX})([a-z-]+)(:latest)?`, 'gi')

/** What a row says, with the names that the models have on the server. */
export function asNamed<Value>(value: Value, names: Supply['names'] = {}): Value {
  if (value === undefined || Object.keys(names).length === 0) return value
  const text = JSON.stringify(value).replaceAll(
    NAMES,
    (whole: string, prefix: string, model: string, tag: string | undefined) => {
      const name = names[model.toLowerCase() as keyof typeof names]
      if (name === undefined) return whole
      const full = tag === undefined ? name : tagged(name)
      return prefix === PREFIX ? full : full.toUpperCase()
    },
  )
  return JSON.parse(text) as Value
}
