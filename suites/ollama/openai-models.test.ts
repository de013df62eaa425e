import { models, tagged } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import { refusal } from '../answers.ts'

check('openai-models.list', async ({ get }) => {
  const { contentType, json } = await get('/v1/models')
  const [model] = json.data.filter(({ id }) => id === tagged(models.successor))
  return {
    content_type: contentType,
    object: json.object,
    model: { ...model, created: typeof model.created },
  }
})

/** In the namespace `library`, so its name has no slash; only a server of the suite has it. */
const PLAIN = 'conformance-openai-models'

check.alone('openai-models.one', async ({ get, post, del }) => {
  await post('/api/copy', { source: models.successor, destination: PLAIN })
  const found = []
  for (const name of [PLAIN, tagged(PLAIN), PLAIN.toUpperCase()]) {
    found.push((await get(`/v1/models/${name}`)).json)
  }
  const { modified_at } = (await post('/api/show', { model: PLAIN })).json
  await del('/api/delete', { model: PLAIN })
  const modified = Math.floor(Date.parse(modified_at) / 1000)
  return found.map(({ created, ...model }) => ({ ...model, created_when_modified: created === modified }))
})

check.each('openai-models.one.*', async ({ get, given }) => {
  const { status, contentType, text } = await get.wrong(given.path)
  return { status, content_type: contentType, text }
})

check('openai-models.unknown', async ({ get }) => refusal(await get('/v1/models/conformance-nobody')))

check('openai-models.invalid', async ({ get }) => refusal(await get('/v1/models/a%20b')))

check('openai-models.none', async ({ get }) => {
  const { status, json } = await get('/v1/models')
  return { status, body: json }
})

check('openai-models.same', async ({ get }) => {
  const openai = (await get('/v1/models')).json.data.map(({ id }) => id).sort()
  const native = (await get('/api/tags')).json.models.map(({ name }) => name).sort()
  return { same: JSON.stringify(openai) === JSON.stringify(native) }
})

check('openai-models.created', async ({ get }) => {
  const { data } = (await get('/v1/models')).json
  const { models: listed } = (await get('/api/tags')).json
  const modified = new Map(
    listed.map(({ name, modified_at }) => [name, Math.floor(Date.parse(modified_at) / 1000)]),
  )
  return { when_modified: data.every(({ id, created }) => modified.get(id) === created) }
})
