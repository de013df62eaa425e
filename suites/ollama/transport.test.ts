import { models } from '../../fixtures/instruments/models.ts'
import { check, type Tools } from '../../harness/run/check.ts'
import { operationsOf } from '../../harness/schema/routes.ts'
import type { Client } from '../../harness/wire/client.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import type { Verbs } from '../../harness/wire/verbs.ts'
import { askEach, mediaType, outcome } from '../answers.ts'
import { GREEDY } from './requests.ts'

const ABC = {
  stream: false,
  model: models.successor,
  prompt: 'abc',
  raw: true,
  options: { ...GREEDY, num_predict: 3 },
}

const SHORT = { model: models.successor, prompt: 'abc', options: { ...GREEDY, num_predict: 1 } }

type Any = Pick<Exchange, 'status' | 'contentType' | 'text' | 'header'>
const plain = ({ status, contentType, text }: Any) => ({ status, content_type: contentType, body: text })

// Paths and methods

check('transport.root.get', async ({ get }) => plain(await get('/')))

check('transport.head', ({ head }) =>
  askEach(['/', '/api/version', '/api/tags'], async (path) => plain(await head(path))),
)

check('transport.version.get', async ({ get }) => {
  const exchange = await get('/api/version')
  return {
    status: exchange.status,
    media_type: mediaType(exchange),
    release_or_candidate: /^\d+\.\d+\.\d+(-rc\d+)?$/.test(exchange.json.version),
  }
})

check('transport.unknown-path', async ({ get, post }) => ({
  get: plain(await get.wrong('/api/nothing')),
  post: plain(await post.wrong('/v1/nothing', {})),
}))

check('transport.wrong-method', async ({ get, head, post }) => ({
  'GET /api/generate': (await get.wrong('/api/generate')).status,
  'POST /api/tags': (await post.wrong('/api/tags')).status,
  'GET /api/show': (await get.wrong('/api/show')).status,
  'POST /api/delete': (await post.wrong('/api/delete')).status,
  'GET /api/blobs/:digest': (await get.wrong(`/api/blobs/sha256:${'0'.repeat(64)}`)).status,
  'GET /v1/completions': (await get.wrong('/v1/completions')).status,
  'HEAD /api/ps': (await head.wrong('/api/ps')).status,
}))

check('transport.wrong-method.allow', async ({ put }) => {
  const exchange = await put.wrong('/api/tags')
  return { body: exchange.text, allow: exchange.header('allow')?.split(', ').sort() }
})

check('transport.trailing-slash', async ({ get, post }) => {
  const moved = (exchange: Any) => ({ status: exchange.status, location: exchange.header('location') })
  return {
    get: moved(await get.wrong('/api/tags/')),
    post: moved(await post.wrong('/api/generate/', {})),
  }
})

// Content types and framing

check('transport.request.content-type', ({ post }) =>
  askEach(['text/plain', 'application/x-www-form-urlencoded', 'image/png'], async (type) => {
    const { json } = await post('/api/generate', ABC, { headers: { 'content-type': type } })
    return json.response
  }),
)

check('transport.response.content-type', async ({ get, post }) => {
  const legacy = { model: models.successor, prompt: 'abc', temperature: 0, max_tokens: 1 }
  return {
    generate: (await post('/api/generate', { ...SHORT, stream: false })).contentType,
    generate_stream: (await post('/api/generate', { ...SHORT, stream: true })).contentType,
    generate_error: (await post.wrong('/api/generate', '{')).contentType,
    legacy: (await post('/v1/completions', legacy)).contentType,
    legacy_stream: (await post('/v1/completions', { ...legacy, stream: true })).contentType,
    tags: (await get('/api/tags')).contentType,
  }
})

check('transport.response.framing', async ({ post }) => {
  const body = { model: models.successor, prompt: 'abc', options: { ...GREEDY, num_predict: 2 } }
  const framing = (exchange: Any & { body: Buffer }) => ({
    length_fits: exchange.header('content-length') === String(exchange.body.length),
    transfer_encoding: exchange.header('transfer-encoding'),
  })
  return {
    whole: framing(await post('/api/generate', { ...body, stream: false })),
    stream: framing(await post('/api/generate', { ...body, stream: true })),
  }
})

// Bodies

const JSON_TYPE = { headers: { 'content-type': 'application/json' } }

const sendToBoth = (post: Verbs['post'], body: string | undefined) =>
  askEach(['/api/generate', '/v1/completions'], async (path) =>
    outcome(await post.wrong(path, body, JSON_TYPE)),
  )

check('transport.body.absent', ({ post }) => sendToBoth(post, undefined))
check('transport.body.blank', ({ post }) => sendToBoth(post, ' \n'))
check('transport.body.half', ({ post }) => sendToBoth(post, '{"model": "conf'))
check('transport.body.not-json', ({ post }) => sendToBoth(post, '{bad}'))
check('transport.body.array', ({ post }) => sendToBoth(post, '[]'))

check('transport.body.trailing-bytes', async ({ post }) => {
  const body = `${JSON.stringify(ABC)} and more`
  const { status, json } = await post.wrong('/api/generate', body, JSON_TYPE)
  return { status, response: json.response }
})

// Origins

const allowOrigin = (exchange: Any) => exchange.header('access-control-allow-origin') ?? null

/** Which values of a header the server lets in, and which it refuses. */
async function sort(
  values: string[],
  ask: (value: string) => Promise<{ allowed: boolean; refused: boolean }>,
) {
  const answers = Object.entries(await askEach(values, ask))
  const those = (kind: 'allowed' | 'refused') => answers.filter(([, is]) => is[kind]).map(([value]) => value)
  return { allowed: those('allowed'), refused: those('refused') }
}

const sortOrigins = ({ get, given }: Tools) =>
  sort(given, async (origin) => {
    const exchange = await get('/api/version', undefined, { headers: { origin } })
    const allow = allowOrigin(exchange)
    return {
      allowed: exchange.status === 200 && allow === origin,
      refused: exchange.status === 403 && allow === null,
    }
  })

check('transport.cors.loopback-origins', sortOrigins)
check('transport.cors.app-origins', sortOrigins)
check('transport.cors.origins-added', sortOrigins)

const letIn = (exchange: Any) => ({ status: exchange.status, allow_origin: allowOrigin(exchange) })

check('transport.cors.foreign-origin', async ({ post }) => {
  const headers = { origin: 'https://example.com' }
  const exchange = await post('/api/generate', { ...SHORT, stream: false }, { headers })
  return { ...letIn(exchange), body: exchange.text }
})

check('transport.cors.response-headers', async ({ get }) => {
  const exchange = await get('/api/version', undefined, { headers: { origin: 'http://localhost:3000' } })
  const names = exchange.headers.map(([name]) => name.toLowerCase())
  return {
    allow_origin: allowOrigin(exchange),
    vary: exchange.header('vary'),
    others: names.filter((name) => /^access-control-(?!allow-origin$)/.test(name)),
  }
})

check('transport.cors.same-origin', async ({ get, client }) =>
  letIn(await get('/api/version', undefined, { headers: { origin: new URL(client.url).origin } })),
)

const preflight = (client: Client, origin: string) =>
  client.send({
    method: 'OPTIONS',
    path: '/api/generate',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
    wrong: true,
  })

check('transport.cors.preflight', async ({ client }) => {
  const exchange = await preflight(client, 'http://localhost:3000')
  return {
    status: exchange.status,
    body: exchange.text,
    methods: exchange.header('access-control-allow-methods')?.split(','),
    max_age: exchange.header('access-control-max-age'),
  }
})

check('transport.cors.preflight.headers', async ({ client }) => {
  const exchange = await preflight(client, 'http://localhost:3000')
  return exchange.header('access-control-allow-headers')?.toLowerCase().split(/, */).sort()
})

check('transport.cors.preflight.refused', async ({ client }) =>
  letIn(await preflight(client, 'https://example.com')),
)

check('transport.cors.origins-any', async ({ get }) =>
  letIn(await get('/api/version', undefined, { headers: { origin: 'https://example.com' } })),
)

const options = async (client: Client, path: string, headers = {}) =>
  (await client.send({ method: 'OPTIONS', path, headers, wrong: true })).status

check('transport.options.without-origin', async ({ client }) => ({
  known: await options(client, '/api/generate'),
  unknown: await options(client, '/api/nothing'),
}))

// Hosts

const sortHosts = ({ get, given }: Tools) =>
  sort(given, async (host) => {
    const { status, text } = await get('/api/version', undefined, { headers: { host } })
    return { allowed: status === 200, refused: status === 403 && text === '' }
  })

check('transport.host.names', sortHosts)
check('transport.host.addresses', sortHosts)

check('transport.host.empty', async ({ get }) => {
  const { status, text } = await get('/api/version', undefined, { headers: { host: '' } })
  return { status, empty: text === '' }
})

check('transport.host.options', async ({ client }) => ({
  known: await options(client, '/api/generate', { host: 'localhost' }),
  unknown: await options(client, '/api/nothing', { host: 'localhost' }),
}))

// Routes

// A path answers a method that none of its routes has with those that they have.
check('transport.routes', async ({ client, version }) => {
  const paths = [...new Set(operationsOf('ollama').map((operation) => operation.replace(/^\w+ /, '')))]
  const answers = await Promise.all(
    paths.map(async (path) => {
      const allow = (await client.send({ method: 'PATCH', path, wrong: true })).header('allow')
      return allow?.split(', ').map((method) => `${method} ${path}`) ?? []
    }),
  )
  const found = answers.flat()
  const listed = operationsOf('ollama', version)
  return {
    missing: listed.filter((operation) => !found.includes(operation)),
    unlisted: found.filter((operation) => !listed.includes(operation)),
  }
})
