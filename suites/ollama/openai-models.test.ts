import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { Client } from '../../harness/wire/client.ts'
import { wrong } from './requests.ts'

const get = <const Path extends string>(client: Client, path: Path) => client.send({ method: 'GET', path })

check('openai-models.list', async ({ client }) => {
  const { contentType, json } = await get(client, '/v1/models')
  const [model] = json.data.filter(({ id }) => id === `${models.successor}:latest`)
  return { contentType, object: json.object, model: { ...model, created: typeof model.created } }
})

/** In the namespace `library`, so its name has no slash; only a server of the suite has it. */
const PLAIN = 'conformance-openai-models'

check.alone('openai-models.one', async ({ client }) => {
  const source = models.successor
  await client.send({ method: 'POST', path: '/api/copy', body: { source, destination: PLAIN } })
  const ids = [PLAIN, `${PLAIN}:latest`, PLAIN.toUpperCase()]
  const found = []
  for (const id of ids) found.push((await get(client, `/v1/models/${id}`)).json)
  const shown = await client.send({ method: 'POST', path: '/api/show', body: { model: PLAIN } })
  await client.send({ method: 'DELETE', path: '/api/delete', body: { model: PLAIN } })
  const modified = Math.floor(Date.parse(shown.json.modified_at) / 1000)
  return {
    id_as_asked: found.every(({ id }, index) => id === ids[index]),
    object: found[0]?.object,
    owned_by: found[0]?.owned_by,
    created_when_modified: found.every(({ created }) => created === modified),
  }
})

for (const [name, path] of Object.entries({
  slash: models.successor,
  'escaped-slash': models.successor.replace('/', '%2F'),
})) {
  check(`openai-models.one.${name}`, async ({ client }) => {
    const { status, contentType, text } = await client.send(
      wrong({ method: 'GET', path: `/v1/models/${path}` }),
    )
    return { status, contentType, text }
  })
}

for (const [name, path] of Object.entries({ unknown: 'conformance-nobody', invalid: 'a%20b' })) {
  check(`openai-models.${name}`, async ({ client }) => {
    const { status, json } = await get(client, `/v1/models/${path}`)
    return { status, message: json.error.message, type: json.error.type }
  })
}
