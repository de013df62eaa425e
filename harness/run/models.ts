import { type InstrumentName, instrumentFile } from '../../fixtures/instruments/instruments.ts'
import { modelDefinitions, PARAMETERS, PREFIX } from '../../fixtures/instruments/models.ts'
import { SuiteError } from '../base/errors.ts'
import { Client } from '../wire/client.ts'
import type { Exchange, Request } from '../wire/exchange.ts'

/**
 * Uploads the instruments and creates the models of a run.
 *
 * @throws SuiteError when the server refuses one
 */
export async function makeModels(client: Client): Promise<void> {
  const definitions = Object.entries(modelDefinitions)
  for (const name of new Set(definitions.map(([, { instrument }]) => instrument))) await upload(client, name)
  for (const [name, { instrument, parameters = PARAMETERS, ...rest }] of definitions) {
    await must(client, {
      method: 'POST',
      path: '/api/create',
      body: {
        model: PREFIX + name,
        files: { [`${instrument}.gguf`]: instrumentFile(instrument).digest },
        parameters,
        stream: false,
        ...rest,
      },
    })
  }
}

async function upload(client: Client, name: InstrumentName): Promise<void> {
  const { bytes, digest } = instrumentFile(name)
  await must(client, { method: 'POST', path: `/api/blobs/${digest}`, body: bytes })
}

async function must(client: Client, request: Request): Promise<Exchange> {
  const exchange = await client.send(request)
  if (exchange.end === 'complete' && (exchange.status === 200 || exchange.status === 201)) return exchange
  throw new SuiteError(
    `the server does not take the instruments: ${request.method} ${request.path} gave ${exchange.status ?? exchange.problem} ${exchange.text.slice(0, 200)}`,
  )
}

/** Models of the suite: under its prefix, here or in a registry that it had. */
const OURS = new RegExp(`^(127\\.0\\.0\\.1:\\d+/)?${PREFIX}`)

/** Unloads and deletes every model of the suite, whoever made it. */
export async function removeModels(url: string): Promise<void> {
  const client = new Client({ url, name: 'teardown' })
  const { json } = await client.send({ method: 'GET', path: '/api/tags' })
  const names = json.models.map(({ name }) => name)
  for (const model of names.filter((name) => OURS.test(name))) {
    await client.send({ method: 'POST', path: '/api/generate', body: { model, keep_alive: 0 } })
    await client.send({ method: 'DELETE', path: '/api/delete', body: { model } })
  }
}
