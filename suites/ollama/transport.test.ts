import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import { everyPath, registeredRoutes } from '../../harness/schema/files.ts'
import type { Client } from '../../harness/wire/client.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import { completeRequest, generateRequest, wrong } from './requests.ts'

const get = <const Path extends string>(client: Client, path: Path, headers: Record<string, string> = {}) =>
  client.send({ method: 'GET', path, headers })

const plain = ({ status, contentType, text }: Exchange) => ({ status, content_type: contentType, body: text })

check('transport.root.get', async ({ client }) => plain(await get(client, '/')))

check('transport.head', async ({ client }) => {
  const observed: Record<string, unknown> = {}
  for (const path of ['/', '/api/version', '/api/tags']) {
    observed[path] = plain(await client.send({ method: 'HEAD', path }))
  }
  return observed
})

check('transport.version.get', async ({ client }) => {
  const { status, contentType, json } = await get(client, '/api/version')
  const { version, ...rest } = json
  return {
    status,
    content_type: contentType,
    plain_number: /^\d+\.\d+\.\d+$/.test(version),
    others: Object.keys(rest),
  }
})

check('transport.unknown-path', async ({ client }) => ({
  get: plain(await client.send(wrong({ method: 'GET', path: '/api/nothing' }))),
  post: plain(await client.send(wrong({ method: 'POST', path: '/v1/nothing', body: {} }))),
}))

check('transport.wrong-method', async ({ client }) => {
  const observed: Record<string, unknown> = {}
  for (const [method, path] of [
    ['GET', '/api/generate'],
    ['POST', '/api/tags'],
    ['GET', '/api/show'],
    ['POST', '/api/delete'],
    ['GET', `/api/blobs/sha256:${'0'.repeat(64)}`],
    ['GET', '/v1/completions'],
    ['HEAD', '/api/ps'],
  ] as const) {
    const { status } = await client.send(wrong({ method, path }))
    observed[`${method} ${path.replace(/sha256:0+/, ':digest')}`] = status
  }
  return observed
})

check('transport.wrong-method.allow', async ({ client }) => {
  const exchange = await client.send(wrong({ method: 'PUT', path: '/api/tags' }))
  const allow = exchange
    .header('allow')
    ?.split(',')
    .map((method) => method.trim())
    .sort()
  return { body: exchange.text, allow }
})

check('transport.trailing-slash', async ({ client }) => {
  const moved = (exchange: Exchange) => ({ status: exchange.status, location: exchange.header('location') })
  return {
    get: moved(await client.send(wrong({ method: 'GET', path: '/api/tags/' }))),
    post: moved(await client.send(wrong({ method: 'POST', path: '/api/generate/', body: {} }))),
  }
})

check('transport.request.content-type', async ({ client }) => {
  const request = generateRequest({
    model: models.successor,
    prompt: 'abc',
    raw: true,
    options: { num_predict: 3 },
  })
  const answers: Record<string, unknown> = {}
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'image/png']) {
    const { json } = await client.send({ ...request, headers: { 'content-type': type } })
    answers[type] = json.response
  }
  return answers
})

check('transport.response.content-type', async ({ client }) => {
  const short = { model: models.successor, prompt: 'abc', options: { num_predict: 1 } }
  const legacy = { model: models.successor, prompt: 'abc', max_tokens: 1 }
  return {
    generate: (await client.send(generateRequest(short))).contentType,
    generate_stream: (await client.send(generateRequest({ ...short, stream: true }))).contentType,
    generate_error: (await client.send(wrong({ method: 'POST', path: '/api/generate', body: '{' })))
      .contentType,
    legacy: (await client.send(completeRequest(legacy))).contentType,
    legacy_stream: (await client.send(completeRequest({ ...legacy, stream: true }))).contentType,
    tags: (await get(client, '/api/tags')).contentType,
  }
})

check('transport.response.framing', async ({ client }) => {
  const body = { model: models.successor, prompt: 'abc', options: { num_predict: 2 } }
  const whole = await client.send(generateRequest(body))
  const stream = await client.send(generateRequest({ ...body, stream: true }))
  const framing = (exchange: Exchange) => ({
    length_fits: exchange.header('content-length') === String(exchange.body.length),
    transfer_encoding: exchange.header('transfer-encoding'),
  })
  return { whole: framing(whole), stream: framing(stream) }
})

const bodies: [string, string | undefined][] = [
  ['absent', undefined],
  ['blank', ' \n'],
  ['half', '{"model": "conf'],
  ['not-json', '{bad}'],
  ['array', '[]'],
]
for (const [name, body] of bodies) {
  check(`transport.body.${name}`, async ({ client }) => {
    const observed: Record<string, unknown> = {}
    for (const path of ['/api/generate', '/v1/completions'] as const) {
      const headers = { 'content-type': 'application/json' }
      const { status, json } = await client.send(wrong({ method: 'POST', path, headers, body }))
      observed[path] = { status, error: json.error?.message ?? json.error }
    }
    return observed
  })
}

check('transport.body.trailing-bytes', async ({ client }) => {
  const { method, path, body } = generateRequest({
    model: models.successor,
    prompt: 'abc',
    raw: true,
    options: { num_predict: 3 },
  })
  const headers = { 'content-type': 'application/json' }
  const { status, json } = await client.send(
    wrong({ method, path, headers, body: `${JSON.stringify(body)} and more` }),
  )
  return { status, response: json.response }
})

const ALLOW = 'access-control-allow-origin'

/** Which origins the server lets in, and which it refuses. */
async function sortOrigins(client: Client, origins: readonly string[]) {
  const allowed: string[] = []
  const refused: string[] = []
  for (const origin of origins) {
    const exchange = await get(client, '/api/version', { origin })
    if (exchange.status === 200 && exchange.header(ALLOW) === origin) allowed.push(origin)
    else if (exchange.status === 403 && exchange.header(ALLOW) === undefined) refused.push(origin)
  }
  return { allowed, refused }
}

check('transport.cors.loopback-origins', ({ client }) =>
  sortOrigins(client, [
    'http://localhost',
    'https://localhost:3000',
    'http://127.0.0.1:8080',
    'https://0.0.0.0',
    'http://[::1]:3000',
    'http://sub.localhost',
  ]),
)

check('transport.cors.app-origins', ({ client }) =>
  sortOrigins(client, [
    'app://obsidian.md',
    'file://local',
    'tauri://localhost',
    'vscode-webview://view',
    'vscode-file://vscode-app',
    'chrome-extension://abcdef',
    'null',
  ]),
)

check('transport.cors.foreign-origin', async ({ client }) => {
  const origin = 'https://example.com'
  const exchange = await client.send({
    ...generateRequest({ model: models.successor, prompt: 'abc', options: { num_predict: 1 } }),
    headers: { origin },
  })
  return { status: exchange.status, body: exchange.text, allow_origin: exchange.header(ALLOW) ?? null }
})

check('transport.cors.response-headers', async ({ client }) => {
  const origin = 'http://localhost:3000'
  const exchange = await get(client, '/api/version', { origin })
  const names = exchange.headers.map(([name]) => name.toLowerCase())
  return {
    allow_origin: exchange.header(ALLOW),
    vary: exchange.header('vary'),
    others: names.filter((name) => name.startsWith('access-control-') && name !== ALLOW),
  }
})

check('transport.cors.same-origin', async ({ client }) => {
  const exchange = await get(client, '/api/version', { origin: client.url })
  return { status: exchange.status, allow_origin: exchange.header(ALLOW) ?? null }
})

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
  return exchange
    .header('access-control-allow-headers')
    ?.split(',')
    .map((name) => name.trim().toLowerCase())
    .sort()
})

check('transport.cors.preflight.refused', async ({ client }) => {
  const exchange = await preflight(client, 'https://example.com')
  return { status: exchange.status, allow_origin: exchange.header(ALLOW) ?? null }
})

check('transport.cors.origins-added', ({ client }) =>
  sortOrigins(client, [
    'https://allowed.example',
    'https://sub.pattern.example',
    'http://localhost:3000',
    'https://example.com',
  ]),
)

check('transport.cors.origins-any', async ({ client }) => {
  const exchange = await get(client, '/api/version', { origin: 'https://example.com' })
  return { status: exchange.status, allow_origin: exchange.header(ALLOW) }
})

check('transport.options.without-origin', async ({ client }) => {
  const known = await client.send(wrong({ method: 'OPTIONS', path: '/api/generate' }))
  const unknown = await client.send(wrong({ method: 'OPTIONS', path: '/api/nothing' }))
  return { known: known.status, unknown: unknown.status }
})

check('transport.host.names', async ({ client }) => {
  const allowed: string[] = []
  const refused: string[] = []
  for (const host of [
    'localhost',
    'LOCALHOST:1234',
    'sub.localhost',
    'box.local:1',
    'box.internal',
    'box.localdomain',
    'example.com',
    'localhost.example.com',
  ]) {
    const { status, text } = await get(client, '/api/version', { host })
    if (status === 200) allowed.push(host)
    else if (status === 403 && text === '') refused.push(host)
  }
  return { allowed, refused }
})

check('transport.host.addresses', async ({ client }) => {
  const allowed: string[] = []
  const refused: string[] = []
  for (const host of ['127.0.0.1', '127.9.9.9:1', '[::1]:11434', '10.1.2.3', '192.168.1.2:80', '8.8.8.8']) {
    const { status, text } = await get(client, '/api/version', { host })
    if (status === 200) allowed.push(host)
    else if (status === 403 && text === '') refused.push(host)
  }
  return { allowed, refused }
})

check('transport.host.options', async ({ client }) => {
  const options = async (path: string) =>
    (await client.send(wrong({ method: 'OPTIONS', path, headers: { host: 'localhost' } }))).status
  return { known: await options('/api/generate'), unknown: await options('/api/nothing') }
})

// A path answers a method that none of its routes has with those that they have.
check('transport.routes', async ({ client, version }) => {
  const answers = await Promise.all(
    everyPath().map(async (path) => {
      const allow = (await client.send(wrong({ method: 'PATCH', path }))).header('allow')
      return allow?.split(', ').map((method) => `${method} ${path}`) ?? []
    }),
  )
  const routes = answers.flat()
  const listed = registeredRoutes(version)
  return {
    missing: listed.filter((route) => !routes.includes(route)),
    unlisted: routes.filter((route) => !listed.includes(route)),
  }
})
