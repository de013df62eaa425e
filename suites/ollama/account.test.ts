import { models, PREFIX } from '../../fixtures/instruments/models.ts'
import { inRange } from '../../harness/base/versions.ts'
import { check } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import type { Client } from '../../harness/wire/client.ts'
import { generate, wrong } from './requests.ts'

const answer = ({ status, json }: { status: number | undefined; json: unknown }) => ({ status, body: json })

/** Every route of this area, asked with a method that it does not have. */
const ROUTES = {
  '/api/me': 'GET',
  '/api/signout': 'GET',
  '/api/user/keys/key': 'GET',
  '/api/status': 'POST',
  '/api/experimental/aliases': 'PUT',
  '/api/experimental/web_search': 'GET',
  '/api/experimental/web_fetch': 'GET',
  '/api/experimental/model-recommendations': 'POST',
}

check('account.routes', async ({ client }) => {
  const known: string[] = []
  for (const [path, method] of Object.entries(ROUTES)) {
    const { status } = await client.send(wrong({ method, path }))
    if (status !== 404) known.push(path)
  }
  return known
})

check('account.me.unreachable', async ({ client }) =>
  answer(await client.send({ method: 'POST', path: '/api/me' })),
)

check('account.signout.unreachable', async ({ client, version }) => {
  const keys = await client.send({ method: 'DELETE', path: '/api/user/keys/c3NoLWVkMjU1MTkgQUFBQQ' })
  if (!inRange(version, { since: '0.12.1' })) return { keys: answer(keys) }
  return { keys: answer(keys), signout: answer(await client.send({ method: 'POST', path: '/api/signout' })) }
})

for (const setting of ['disabled', 'enabled']) {
  check(`account.status.${setting}`, async ({ client }) => {
    const { json } = await client.send({ method: 'GET', path: '/api/status' })
    return json
  })
}

type Answer = Awaited<ReturnType<typeof search | typeof fetchPage>>
const search = (client: Client, body: BodyOf<'POST', '/api/experimental/web_search'>) =>
  client.send({ method: 'POST', path: '/api/experimental/web_search', body })
const fetchPage = (client: Client, body: BodyOf<'POST', '/api/experimental/web_fetch'>) =>
  client.send({ method: 'POST', path: '/api/experimental/web_fetch', body })

check('account.web.disabled', async ({ client }) => ({
  search: answer(await search(client, { query: 'a', max_results: 1 })),
  fetch: answer(await fetchPage(client, { url: 'https://example.com' })),
}))

check('account.web.unreachable', async ({ client }) => {
  const failed = ({ status, json }: Answer) => ({
    status,
    error: json.error.replace(/ts=\d+/, 'ts=…').replace(/(dial tcp 127\.0\.0\.1:1: ).*/, '$1…'),
  })
  return {
    search: failed(await search(client, { query: 'a' })),
    fetch: failed(await fetchPage(client, { url: 'https://example.com' })),
  }
})

check('account.web.no-body', async ({ client }) =>
  answer(await client.send(wrong({ method: 'POST', path: '/api/experimental/web_search' }))),
)

check('account.model-recommendations', async ({ client }) => {
  const { json } = await client.send({ method: 'GET', path: '/api/experimental/model-recommendations' })
  const keys = (list: object[]) => [...new Set(list.flatMap((one) => Object.keys(one)))].sort()
  return {
    cloud: keys(json.recommendations.filter(({ model }) => model.endsWith(':cloud'))),
    local: keys(json.recommendations.filter(({ model }) => !model.endsWith(':cloud'))),
  }
})

const ALIASES = '/api/experimental/aliases'
const named = (alias: string) => `${PREFIX}account-${alias}`
const setAlias = (client: Client, body: BodyOf<'POST', typeof ALIASES>) =>
  client.send({ method: 'POST', path: ALIASES, body })
const removeAlias = (client: Client, alias: string) =>
  client.send({ method: 'DELETE', path: ALIASES, body: { alias } })

check('account.aliases.life', async ({ client }) => {
  const alias = named('life')
  const set = await setAlias(client, { alias, target: models.successor })
  const { json } = await client.send({ method: 'GET', path: ALIASES })
  return {
    set: answer(set),
    listed: json.aliases.filter((one) => one.alias === alias),
    removed: answer(await removeAlias(client, alias)),
    again: answer(await removeAlias(client, alias)),
  }
})

check('account.aliases.generate', async ({ client }) => {
  await setAlias(client, { alias: named('whole'), target: models.successor })
  await setAlias(client, { alias: named('begin-'), target: models.stopper, prefix_matching: true })
  const { json: listed } = await client.send({ method: 'GET', path: ALIASES })
  const asked = async (model: string) => {
    const { json } = await generate(client, { model, prompt: 'x', raw: true, options: { num_predict: 4 } })
    return { model: json.model, response: json.response }
  }
  const answers = { whole: await asked(named('whole')), begin: await asked(named('begin-with')) }
  await removeAlias(client, named('whole'))
  await removeAlias(client, named('begin-'))
  return { ...answers, listed: listed.aliases.find(({ alias }) => alias === named('begin-')) }
})

check('account.aliases.show', async ({ client }) => {
  await setAlias(client, { alias: named('shown'), target: models.successor })
  const shown = await client.send({ method: 'POST', path: '/api/show', body: { model: named('shown') } })
  await removeAlias(client, named('shown'))
  return answer(shown)
})

check('account.aliases.refused', async ({ client }) => {
  const refused = async (body: Record<string, unknown>) => {
    const { status, json } = await client.send(wrong({ method: 'POST', path: ALIASES, body }))
    return `${status} ${json.error}`
  }
  const target = models.successor
  return {
    no_target: await refused({ alias: named('a') }),
    malformed_alias: await refused({ alias: 'bad name!', target }),
    malformed_target: await refused({ alias: named('a'), target: 'bad name!' }),
    itself: await refused({ alias: named('a'), target: named('a') }),
    a_model: await refused({ alias: models.stopper, target }),
  }
})

check('account.aliases.cycle', async ({ client }) => {
  await setAlias(client, { alias: named('one'), target: named('two') })
  const refused = await setAlias(client, { alias: named('two'), target: named('one') })
  await removeAlias(client, named('one'))
  return answer(refused)
})
