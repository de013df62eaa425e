import { expect, test } from 'vitest'
import { modelDefinitions } from '../../fixtures/instruments/models.ts'
import { serve } from '../base/loopback.ts'
import { fakeOllama } from '../testing/fake-ollama.ts'
import { Client } from '../wire/client.ts'
import { makeModels, standIns } from './models.ts'

const names = Object.keys(modelDefinitions)

/** Makes the models on a server that refuses the one that sees. */
async function madeWithout(status: number, mayRefuse: boolean) {
  let refused = false
  const server = fakeOllama('0.24.0', ({ url }, response) => {
    if (refused || url !== '/api/create' || server.models.size !== names.indexOf('seer')) return false
    refused = true
    response.writeHead(status, { 'content-type': 'application/json' }).end('{"error":"one file"}')
    return true
  })
  const { url, stop } = await serve(server)
  try {
    return { absent: await makeModels(new Client({ url, name: 'setup' }), mayRefuse), made: server.models }
  } finally {
    await stop()
  }
}

test('a server of somebody else that takes no projector has all models but the one that sees', async () => {
  const { absent, made } = await madeWithout(400, true)
  expect(absent).toEqual({
    seer: 'the server takes no projector: POST /api/create gave 400 {"error":"one file"}',
  })
  expect([...made]).toEqual(names.filter((name) => name !== 'seer').map((name) => `conformance/${name}`))
})

test('one that fails at it, or that the suite started itself, does not take the instruments', async () => {
  await expect(madeWithout(500, true)).rejects.toThrow('the server does not take the instruments')
  await expect(madeWithout(400, false)).rejects.toThrow('the server does not take the instruments')
})

test('no model of the server’s own stands in for the one that sees', () => {
  const { names: there, absent } = standIns({ model: 'own', embed: 'own', tool: 'own', thinking: 'own' })
  expect(absent).toEqual({ seer: 'no model of the server’s own stands in for one that sees' })
  expect(there.successor).toBe('own')
})
