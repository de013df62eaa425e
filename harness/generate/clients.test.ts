import { expect, test } from 'vitest'
import { loadLedger } from '../ledger/ledger.ts'
import { withClients } from './clients.ts'

const rows = [...withClients(loadLedger()).values()]
const dependents = (id: string) => rows.find((row) => row.id === id)?.clients

test('every client of which there are recordings depends on something beside the statements about itself', () => {
  const named = new Set(
    rows.flatMap(({ area, given }) =>
      area === 'clients' ? (given as { client: string }).client.replace(/\/.*/, '') : [],
    ),
  )
  const depend = new Set(rows.flatMap(({ area, clients = [] }) => (area === 'clients' ? [] : clients)))
  expect([...depend].sort()).toEqual([...named].sort())
})

test('who sends a field depends on what it does, and nobody on how others are refused or on mere figures', () => {
  expect(dependents('options.num_predict.cap')).toContain('ollama-js')
  expect(dependents('options.num_predict.cap')).not.toContain('openai-js')
  expect(dependents('openai-chat.reasoning.effort.none')).toEqual(['openai-js', 'openai-python'])
  expect(rows.filter(({ tier, area, clients }) => clients && tier === 'exact' && area !== 'clients')).toEqual(
    [],
  )
  expect(dependents('clients.genkit.chat-config')).toEqual(['genkit'])
  expect(dependents('chat.type.options')).toBeUndefined()
})
