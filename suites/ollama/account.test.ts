import { models, PREFIX } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import { askEach, outcome } from '../answers.ts'
import { poll } from './loaded.ts'
import { GREEDY } from './requests.ts'

const answer = ({ status, json }: Pick<Exchange, 'status' | 'json'>) => ({ status, body: json })

// Accounts

// A path that there is does not answer 404 to a method that it does not know.
check('account.routes', async ({ get, post, put }) => {
  const answers = {
    '/api/me': await get.wrong('/api/me'),
    '/api/signout': await get.wrong('/api/signout'),
    '/api/user/keys/key': await get.wrong('/api/user/keys/key'),
    '/api/status': await post.wrong('/api/status'),
    '/api/experimental/aliases': await put.wrong('/api/experimental/aliases'),
    '/api/experimental/web_search': await get.wrong('/api/experimental/web_search'),
    '/api/experimental/web_fetch': await get.wrong('/api/experimental/web_fetch'),
    '/api/experimental/model-recommendations': await post.wrong('/api/experimental/model-recommendations'),
  }
  return Object.entries(answers).flatMap(([path, { status }]) => (status === 404 ? [] : path))
})

check('account.me.unreachable', async ({ post }) => answer(await post('/api/me')))

check('account.signout.unreachable', async ({ del, post }) => ({
  keys: outcome(await del('/api/user/keys/c3NoLWVkMjU1MTkgQUFBQQ')),
  signout: outcome(await post('/api/signout')),
}))

// The server's use of ollama.com

check('account.status.disabled', async ({ get }) => (await get('/api/status')).json)

check('account.status.no-boolean', async ({ get }) => (await get('/api/status')).json)

check('account.status.enabled', async ({ get }) => (await get('/api/status')).json)

check('account.web.disabled', async ({ post }) => ({
  search: outcome(await post('/api/experimental/web_search', { query: 'a', max_results: 1 })),
  fetch: outcome(await post('/api/experimental/web_fetch', { url: 'https://example.com' })),
}))

check('account.web.unreachable', async ({ post }) => {
  const failed = (exchange: Exchange) => {
    const { status, error } = outcome(exchange)
    const masked = error?.replace(/ts=\d+/, 'ts=…').replace(/(dial tcp 127\.0\.0\.1:1: ).*/, '$1…')
    return { status, error: masked }
  }
  return {
    search: failed(await post('/api/experimental/web_search', { query: 'a' })),
    fetch: failed(await post('/api/experimental/web_fetch', { url: 'https://example.com' })),
  }
})

check('account.web.with-path', async ({ post }) => {
  const { status, error } = outcome(await post('/api/experimental/web_search', { query: 'a' }))
  return { status, asked: error?.match(/"(.*)\?/)?.[1] }
})

check('account.web.no-body', async ({ post }) => outcome(await post.wrong('/api/experimental/web_search')))

const RECOMMENDATIONS = '/api/experimental/model-recommendations'

/** What is said of the models that are recommended, of those of the cloud and of others. */
function keysOf(recommendations: { model: string }[]) {
  const keys = (list: object[]) => [...new Set(list.flatMap((one) => Object.keys(one)))].sort()
  return {
    cloud: keys(recommendations.filter(({ model }) => model.endsWith(':cloud'))),
    local: keys(recommendations.filter(({ model }) => !model.endsWith(':cloud'))),
  }
}

check('account.model-recommendations', async ({ get }) =>
  keysOf((await get(RECOMMENDATIONS)).json.recommendations),
)

check('account.model-recommendations.kept', ({ get }) =>
  poll(
    async () => (await get(RECOMMENDATIONS)).json.recommendations,
    (list) => list.some(({ model }) => model === 'far-kept'),
  ),
)

check('account.model-recommendations.broken', async ({ get }) =>
  keysOf((await get(RECOMMENDATIONS)).json.recommendations),
)

// Aliases

const ALIASES = '/api/experimental/aliases'
const named = (alias: string) => `${PREFIX}account-${alias}`

check('account.aliases.life', async ({ get, post, del }) => {
  const alias = named('life')
  const set = await post(ALIASES, { alias, target: models.successor })
  const { json } = await get(ALIASES)
  return {
    set: answer(set),
    listed: json.aliases.filter((one) => one.alias === alias),
    removed: answer(await del(ALIASES, { alias })),
    again: outcome(await del(ALIASES, { alias })),
  }
})

check('account.aliases.generate', async ({ get, post, del }) => {
  const [whole, begin] = [named('whole'), named('begin-')]
  await post(ALIASES, { alias: whole, target: models.successor })
  await post(ALIASES, { alias: begin, target: models.stopper, prefix_matching: true })
  const { json: listed } = await get(ALIASES)
  const answers = await askEach({ whole, begin: `${begin}with` }, async (model) => {
    const options = { ...GREEDY, num_predict: 4 }
    const { json } = await post('/api/generate', { model, prompt: 'x', raw: true, stream: false, options })
    return { model: json.model, response: json.response }
  })
  await del(ALIASES, { alias: whole })
  await del(ALIASES, { alias: begin })
  return { ...answers, listed: listed.aliases.find(({ alias }) => alias === begin) }
})

check('account.aliases.show', async ({ post, del }) => {
  await post(ALIASES, { alias: named('shown'), target: models.successor })
  const shown = await post('/api/show', { model: named('shown') })
  await del(ALIASES, { alias: named('shown') })
  return outcome(shown)
})

check('account.aliases.refused', async ({ post }) => {
  const [alias, target] = [named('a'), models.successor]
  return {
    no_target: outcome(await post.wrong(ALIASES, { alias })),
    malformed_alias: outcome(await post.wrong(ALIASES, { alias: 'bad name!', target })),
    malformed_target: outcome(await post.wrong(ALIASES, { alias, target: 'bad name!' })),
    itself: outcome(await post.wrong(ALIASES, { alias, target: alias })),
    a_model: outcome(await post.wrong(ALIASES, { alias: models.stopper, target })),
  }
})

check('account.aliases.cycle', async ({ post, del }) => {
  await post(ALIASES, { alias: named('one'), target: named('two') })
  const refused = await post(ALIASES, { alias: named('two'), target: named('one') })
  await del(ALIASES, { alias: named('one') })
  return outcome(refused)
})
