import type { Told } from '../../harness/targets/registry.ts'
import { models } from '../../fixtures/instruments/models.ts'
import { check, type Tools } from '../../harness/run/check.ts'
import { type Client, REGISTRY } from '../../harness/wire/client.ts'
import { formBody } from '../../harness/wire/form.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import { askEach, outcome } from '../answers.ts'
import { poll, withModel } from './loaded.ts'
import { type Received, received, tell } from './peer.ts'
import { user } from './requests.ts'

// The suite's registry plays the other server. What goes to it is told apart by the name of the model there.

/** A text in a body, as the registry's list of requests has it. */
const inBody = (text: string) => JSON.stringify(JSON.stringify(text)).slice(1, -1)

const TIME = '2026-01-02T03:04:05.123456Z'
const NAME = 'conformance/remote'

/** A model that another server runs as `far`, with parts of its own. */
const remote = (far: string) => ({
  model: NAME,
  from: far,
  remote_host: `http://${REGISTRY}`,
  template: '[{{ .Prompt }}]',
  system: 'SYS',
  parameters: { seed: 7, stop: ['x'] },
  messages: [user('ping'), { role: 'assistant' as const, content: 'pong' }],
})

/** Tells the other server its answer, uses a model that it runs, and shows what it got. */
async function withPeer<Result>(
  { client }: Tools,
  far: string,
  told: Pick<Told, 'to'> & Partial<Told>,
  use: (model: string) => Promise<Result>,
) {
  const answer = await withModel(client, remote(far), async () => {
    await tell(client, { status: 200, with: `"${far}"`, ...told })
    return use(NAME)
  })
  const [, path = ''] = told.to.split(' ')
  const got = (await received(client, inBody(far))).filter(
    (one) => one.path.startsWith(path) && one.body.includes(`"${far}"`),
  )
  return { got: got.map(({ path, body }) => ({ path, body: JSON.parse(body) })), answer }
}

const GENERATED = [
  `{"model":"far","created_at":"${TIME}","response":"he","done":false}`,
  `{"model":"far","created_at":"${TIME}","response":"llo","done":false}`,
  `{"model":"far","created_at":"${TIME}","response":"","done":true,"done_reason":"stop","total_duration":5,"load_duration":1,"prompt_eval_count":2,"prompt_eval_duration":1,"eval_count":3,"eval_duration":1}`,
].join('\n')

const CHATTED = [
  `{"model":"far","created_at":"${TIME}","message":{"role":"assistant","content":"","thinking":"hm"},"done":false}`,
  `{"model":"far","created_at":"${TIME}","message":{"role":"assistant","content":"","tool_calls":[{"id":"call_abcd1234","function":{"index":0,"name":"f","arguments":{"a":1}}}]},"done":false}`,
  `{"model":"far","created_at":"${TIME}","message":{"role":"assistant","content":"hello"},"done":true,"done_reason":"stop","total_duration":5,"load_duration":1,"prompt_eval_count":2,"prompt_eval_duration":1,"eval_count":3,"eval_duration":1}`,
].join('\n')

const lastOf = (text: string) => text.slice(text.lastIndexOf('\n') + 1)
const [LAST_GENERATED, LAST_CHATTED] = [lastOf(GENERATED), lastOf(CHATTED)]

const answerOf = (exchange: Exchange) => ({
  status: exchange.status,
  content_type: exchange.contentType,
  records: exchange.records.map((record) => ({
    ...record,
    remote_host: record.remote_host?.replace(/127\.0\.0\.1:\d+/, '…'),
  })),
})

// Generate

check.alone('remote.generate.request', async (tools) => {
  const send = (model: string) =>
    tools.post('/api/generate', {
      model,
      prompt: 'hi',
      stream: false,
      think: false,
      options: { seed: 9, top_k: 3 },
      keep_alive: '5m',
    })
  return (await withPeer(tools, 'far-request', { to: 'POST /api/generate', body: LAST_GENERATED }, send)).got
})

check.alone('remote.generate.request.own', async (tools) => {
  const send = (model: string) =>
    tools.post('/api/generate', {
      model,
      prompt: 'hi',
      stream: false,
      system: 'Mine.',
      template: '<{{ .Prompt }}>',
    })
  const [got] = (await withPeer(tools, 'far-own', { to: 'POST /api/generate', body: LAST_GENERATED }, send))
    .got
  return { system: got?.body.system, template: got?.body.template, options: got?.body.options }
})

check.alone('remote.generate.stream', async (tools) =>
  answerOf(
    (
      await withPeer(tools, 'far-stream', { to: 'POST /api/generate', body: GENERATED }, (model) =>
        tools.post('/api/generate', { model, prompt: 'hi' }),
      )
    ).answer,
  ),
)

check.alone('remote.generate.whole', async (tools) =>
  answerOf(
    (
      await withPeer(tools, 'far-whole', { to: 'POST /api/generate', body: LAST_GENERATED }, (model) =>
        tools.post('/api/generate', { model, prompt: 'hi', stream: false }),
      )
    ).answer,
  ),
)

check.alone('remote.generate.load', async (tools) => {
  const loaded = `{"model":"far","created_at":"${TIME}","response":"","done":true,"done_reason":"load"}`
  const { got, answer } = await withPeer(
    tools,
    'far-load',
    { to: 'POST /api/generate', body: loaded, times: 2 },
    async (model) => ({
      load: answerOf(await tools.post('/api/generate', { model, stream: false })).records.map(
        ({ done_reason }) => done_reason,
      ),
      unload: answerOf(
        await tools.post('/api/generate', { model, keep_alive: 0, stream: false }),
      ).records.map(({ done_reason }) => done_reason),
    }),
  )
  return { asked: got.map(({ body }) => body.keep_alive ?? 'nothing'), ...answer }
})

// Chat

check.alone('remote.chat.request', async (tools) => {
  const tool = {
    type: 'function' as const,
    function: {
      name: 'f',
      description: 'F',
      parameters: { type: 'object', properties: { a: { type: 'integer', description: 'A' } } },
    },
  }
  const send = (model: string) =>
    tools.post('/api/chat', {
      model,
      messages: [user('hi')],
      tools: [tool],
      format: { type: 'object' },
      think: 'high',
      stream: false,
    })
  return (await withPeer(tools, 'far-chat', { to: 'POST /api/chat', body: LAST_CHATTED }, send)).got
})

check.alone('remote.chat.request.system', async (tools) => {
  const send = (model: string) =>
    tools.post('/api/chat', {
      model,
      messages: [{ role: 'system', content: 'Mine.' }, user('hi')],
      options: { seed: 9, top_k: 3 },
      stream: false,
    })
  const [got] = (await withPeer(tools, 'far-system', { to: 'POST /api/chat', body: LAST_CHATTED }, send)).got
  return {
    messages: got?.body.messages.map(
      ({ role, content }: { role: string; content: string }) => `${role}: ${content}`,
    ),
    options: got?.body.options,
  }
})

check.alone('remote.chat.stream', async (tools) =>
  answerOf(
    (
      await withPeer(tools, 'far-chat-stream', { to: 'POST /api/chat', body: CHATTED }, (model) =>
        tools.post('/api/chat', { model, messages: [user('hi')] }),
      )
    ).answer,
  ),
)

check.alone('remote.chat.unload', async (tools) => {
  const { got, answer } = await withPeer(
    tools,
    'far-unload',
    { to: 'POST /api/chat', body: CHATTED },
    async (model) => (await tools.post('/api/chat', { model, messages: [], keep_alive: 0 })).json.done_reason,
  )
  return { asked: got.length, done_reason: answer }
})

check.alone('remote.openai', async (tools) => {
  const send = (model: string) =>
    tools.post('/v1/chat/completions', { model, messages: [user('hi')], max_tokens: 5, stream: false })
  const { got, answer } = await withPeer(
    tools,
    'far-openai',
    { to: 'POST /api/chat', body: LAST_CHATTED },
    send,
  )
  return {
    got: got.map(({ path, body }) => ({ path, options: body.options })),
    model: answer.json.model,
    content: answer.json.choices[0].message.content,
  }
})

// What goes wrong there

check.alone.each('remote.generate.status.*', async (tools) => {
  const { post, given } = tools
  const send = async (model: string) => {
    const answer = async (stream: boolean) => {
      const { status, contentType, text } = await post('/api/generate', { model, prompt: 'hi', stream })
      return {
        status,
        content_type: contentType,
        body: text.replace(/(connect\?name=)[^"]*/, '$1…'),
      }
    }
    return { streamed: await answer(true), whole: await answer(false) }
  }
  return (
    await withPeer(tools, `far-${given.status}`, { to: 'POST /api/generate', ...given, times: 2 }, send)
  ).answer
})

check.alone.each('remote.chat.status.*', async (tools) => {
  const { post, given } = tools
  const send = async (model: string) => {
    const { status, contentType, text } = await post('/api/chat', {
      model,
      messages: [user('hi')],
      stream: false,
    })
    return {
      status,
      content_type: contentType,
      body: text.replace(/(connect\?name=)[^"]*/, '$1…'),
    }
  }
  return (await withPeer(tools, `far-chat-${given.status}`, { to: 'POST /api/chat', ...given }, send)).answer
})

check.alone('remote.unreachable', ({ client, post }) =>
  withModel(client, { model: NAME, from: 'far', remote_host: 'http://127.0.0.1:1' }, async () => {
    const masked = (exchange: Exchange) => {
      const { status, error } = outcome(exchange)
      return { status, error: error?.replace(/(dial tcp 127\.0\.0\.1:1: ).*/, '$1…') }
    }
    return {
      generate: masked(await post('/api/generate', { model: NAME, prompt: 'hi', stream: false })),
      chat: masked(await post('/api/chat', { model: NAME, messages: [user('hi')], stream: false })),
    }
  }),
)

check.alone('remote.other-host', ({ client, post }) =>
  withModel(client, { model: NAME, from: 'far', remote_host: 'http://far.example:80' }, async () => ({
    generate: outcome(await post('/api/generate', { model: NAME, prompt: 'hi', stream: false })),
    chat: outcome(await post('/api/chat', { model: NAME, messages: [user('hi')], stream: false })),
  })),
)

// What the server does itself

const INFO = {
  model_family: 'far',
  base_name: 'base',
  context_length: 5,
  embedding_length: 6,
  capabilities: ['completion', 'tools'],
}

check.alone('remote.show', ({ client, post }) =>
  withModel(client, { ...remote('far-show'), info: INFO }, async () => {
    const { remote_model, details, model_info, capabilities, system } = (
      await post('/api/show', { model: NAME })
    ).json
    return { remote_model, details, model_info, capabilities, system }
  }),
)

check.alone('remote.embed', ({ client, post }) =>
  withModel(client, remote('far-embed'), async () => ({
    embed: outcome(await post('/api/embed', { model: NAME, input: 'hi' })),
    embeddings: outcome(await post('/api/embeddings', { model: NAME, prompt: 'hi' })),
  })),
)

check.alone('remote.local-suffix', ({ client, post }) =>
  withModel(client, remote('far-local'), async () => ({
    remote: outcome(await post('/api/generate', { model: `${NAME}:local`, prompt: 'hi', stream: false })),
    chat: outcome(await post('/api/chat', { model: `${NAME}:local`, messages: [user('hi')], stream: false })),
    show: outcome(await post('/api/show', { model: `${NAME}:local` })),
  })),
)

check.alone.each('remote.address.*', ({ client, post, given }) =>
  withModel(
    client,
    { model: NAME, from: 'far', remote_host: given },
    async () => (await post('/api/show', { model: NAME })).json.remote_host,
  ),
)

// Models of ollama.com by name, which the suite's registry plays too

/** What a request for a model of the cloud becomes there, and what its answer becomes here. */
async function throughCloud(
  { client }: Tools,
  far: string,
  told: Pick<Told, 'to'> & Partial<Told>,
  use: () => Promise<Exchange>,
) {
  await tell(client, {
    status: 200,
    with: `"${far}"`,
    headers: { 'content-type': 'application/json' },
    ...told,
  })
  const { status, contentType, text } = await use()
  const got = (await received(client, inBody(far))).filter(({ path }) =>
    path.startsWith(told.to.split(' ')[1] ?? ''),
  )
  return {
    got: got.map(({ method, path, body }) => ({
      method,
      path: path.replace(/ts=\d+/, 'ts=…'),
      body: JSON.parse(body),
    })),
    status,
    content_type: contentType,
    text,
  }
}

check.alone.each('remote.cloud.route.*', async (tools) => {
  const { given } = tools
  const send = () => tools.client.send({ method: 'POST', path: given.path, body: given.body, wrong: true })
  const { path, far } = given
  return throughCloud(tools, far, { to: `POST ${path}`, body: given.answer }, send as () => Promise<Exchange>)
})

check.alone.each('remote.cloud.status.*', async (tools) => {
  const far = `far-cloud-${tools.given.status}`
  const send = () => tools.post('/api/generate', { model: `${far}:cloud`, prompt: 'hi', stream: false })
  const { got, ...answer } = await throughCloud(
    tools,
    far,
    { to: 'POST /api/generate', ...tools.given },
    send as unknown as () => Promise<Exchange>,
  )
  return { asked: got.length, ...answer }
})

check.alone.each('remote.cloud.name.*', async (tools) => {
  const { far, model } = tools.given
  const send = () => tools.post.wrong('/api/generate', { model, prompt: 'hi', stream: false })
  const { got, status, text } = await throughCloud(
    tools,
    far,
    {
      to: 'POST /api/generate',
      body: LAST_GENERATED,
    },
    send as unknown as () => Promise<Exchange>,
  )
  return { model: got[0]?.body.model, status, ...(status === 200 ? {} : { text }) }
})

check.alone('remote.cloud.query', async (tools) => {
  const far = 'far-query'
  await tell(tools.client, {
    to: 'POST /api/generate',
    with: `"${far}"`,
    status: 200,
    body: LAST_GENERATED,
    headers: { 'content-type': 'application/json', 'x-far': 'yes', connection: 'x-hop, ', 'x-hop': 'no' },
  })
  const answer = await tools.client.send({
    method: 'POST',
    path: '/api/generate?a=1',
    body: { model: `${far}:cloud`, prompt: 'hi', stream: false },
  })
  const [got] = (await received(tools.client, inBody(far))).filter(({ body }) => body.includes(far))
  return {
    path: got?.path.replace(/ts=\d+/, 'ts=…'),
    x_far: answer.header('x-far'),
    x_hop: answer.header('x-hop') ?? null,
  }
})

check('remote.cloud.show', async (tools) => {
  const parts = { parent_model: '', format: '', parameter_size: '', quantization_level: '' }
  const details = { ...parts, family: 'far', families: ['far'] }
  const body = JSON.stringify({
    modelfile: 'FROM far',
    details,
    model_info: { 'general.architecture': 'far', 'far.context_length': 5 },
    capabilities: ['completion'],
    modified_at: TIME,
  })
  const send = () => tools.post('/api/show', { model: 'far-shown:cloud' })
  return throughCloud(
    tools,
    'far-shown',
    { to: 'POST /api/show', body },
    send as unknown as () => Promise<Exchange>,
  )
})

check('remote.cloud.local', async ({ post }) => {
  const { status, json } = await post('/api/generate', {
    model: `${models.successor}:local`,
    prompt: 'abc',
    raw: true,
    stream: false,
    options: { temperature: 0, num_predict: 2 },
  })
  return { status, response: json.response, model: json.model }
})

// What the other dialects make of a request: the other server shows what comes to it

/** A model that another server runs as `far`, with nothing of its own. */
const plain = (far: string) => ({ model: NAME, from: far, remote_host: `http://${REGISTRY}` })

/** By case: the part of the request that comes to the other server, or how it is refused. */
check.alone.each('remote.translated.*', ({ client, post, given: { far, path, reads, cases } }) =>
  withModel(client, plain(far), async () => {
    const told = { to: 'POST /api/chat', with: `"${far}"`, status: 200, body: LAST_CHATTED }
    await tell(client, { ...told, times: Object.keys(cases).length })
    const answers = await askEach(cases, (body: object) => post.wrong(path, { model: NAME, ...body }))
    const got = await received(client, inBody(far))
    return Object.fromEntries(
      Object.entries(answers).map(([name, answer]) => [
        name,
        answer.status === 200 ? (JSON.parse(got.shift()?.body ?? '{}')[reads] ?? null) : outcome(answer),
      ]),
    )
  }),
)

// What the other dialects make of an answer: the other server says what is asked of it

type Said = { content?: string; thinking?: string; calls?: [string, string, object][]; reason?: string }

/** The records of a conversation; the last one has counts. */
const records = (said: Said[]) =>
  said.map(({ content = '', thinking, calls, reason }) => ({
    model: 'far',
    created_at: TIME,
    message: {
      role: 'assistant',
      content,
      thinking,
      tool_calls: calls?.map(([id, name, given], index) => ({
        id,
        function: { index, name, arguments: given },
      })),
    },
    done: reason !== undefined,
    ...(reason === undefined ? {} : { done_reason: reason, prompt_eval_count: 2, eval_count: 3 }),
  }))

/** All that is said, in one record, as an answer without a stream has it. */
const once = (said: Said[]): Said[] => {
  const all = (key: 'content' | 'thinking') => said.map((one) => one[key] ?? '').join('') || undefined
  const calls = said.flatMap((one) => one.calls ?? [])
  const reason = said.at(-1)?.reason
  return [
    {
      ...said.at(-1),
      content: all('content'),
      thinking: all('thinking'),
      calls: calls.length ? calls : undefined,
      reason,
    } as Said,
  ]
}

const answered = (
  { client, post }: Tools,
  far: string,
  path: (typeof DIALECTS)[keyof typeof DIALECTS],
  said: Said[],
  stream: boolean,
) =>
  withModel(client, plain(far), async () => {
    await tell(client, {
      to: 'POST /api/chat',
      with: `"${far}"`,
      status: 200,
      body: records(stream ? said : once(said)),
    })
    return post.wrong(path, {
      model: NAME,
      max_tokens: 9,
      stream,
      ...(path === '/v1/responses' ? { input: 'hi' } : { messages: [user('hi')] }),
      ...(path === '/v1/chat/completions' ? { stream_options: { include_usage: true } } : {}),
    })
  })

const DIALECTS = {
  'openai-chat': '/v1/chat/completions',
  responses: '/v1/responses',
  messages: '/v1/messages',
} as const

/** Without identifiers that are others each time, times, and what an event repeats of the answer. */
const bare = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(bare)
  if (typeof value !== 'object' || value === null) return value
  const left = Object.entries(value).filter(
    ([key, one]) =>
      !/^(id|item_id|tool_use_id|created|created_at|completed_at|sequence_number|response|model|object|system_fingerprint|annotations|logprobs|encrypted_content)$/.test(
        key,
      ) ||
      (key === 'id' && String(one).startsWith('call_')),
  )
  return Object.fromEntries(left.map(([key, one]) => [key, bare(one)]))
}

check.alone.each('remote.events.*', async (tools) => {
  const { far, dialect, said } = tools.given
  const { eventData } = await answered(tools, far, DIALECTS[dialect as keyof typeof DIALECTS], said, true)
  return eventData.map((event) => {
    if (event === '[DONE]') return event
    const { type, choices, usage, response, ...rest } = event as Exchange['json']
    if (dialect === 'openai-chat') {
      const [choice] = choices
      return choice ? bare({ delta: choice.delta, finish_reason: choice.finish_reason }) : { usage }
    }
    if (response)
      return bare({
        type,
        status: response.status,
        ...(response.usage && { output: response.output, usage: response.usage }),
      })
    return bare({ type, ...rest, ...(usage ? { usage } : {}) })
  })
})

check.alone.each('remote.whole.*', async (tools) => {
  const { far, dialect, said } = tools.given
  const { json } = await answered(tools, far, DIALECTS[dialect as keyof typeof DIALECTS], said, false)
  const { choices, usage, output, content, stop_reason, status } = json
  return bare({ choices, output, status, content, stop_reason, usage })
})

// The search of the web: the other server runs the model, and is ollama.com too, which searches

const SEARCHES = {
  messages: [
    { type: 'web_search_20250305', name: 'web_search' },
    { name: 'f', input_schema: { type: 'object' } },
  ],
  responses: [{ type: 'web_search' }, { type: 'function', name: 'f' }],
}

/** What a dialect answers: events, or the whole. */
/** Whether two items have one id. */
const anIdTwice = (items: { id?: string }[] = []) => {
  const ids = items.flatMap(({ id }) => id ?? [])
  return ids.length > new Set(ids).size || undefined
}

const said = (answer: Exchange, stream: boolean) =>
  stream && answer.status === 200
    ? answer.eventData.map(({ type, response, ...rest }: Exchange['json']) =>
        bare({
          type,
          ...rest,
          ...(response && { status: response.status, error: response.error }),
          ...(response?.usage && {
            output: response.output,
            usage: response.usage,
            an_id_twice: anIdTwice(response.output),
          }),
        }),
      )
    : bare({
        status: answer.status,
        error: answer.json.error,
        output: answer.json.output,
        an_id_twice: anIdTwice(answer.json.output),
        content: answer.json.content,
        stop_reason: answer.json.stop_reason,
        usage: answer.json.usage,
      })

check.alone.each('remote.search.*', ({ client, post, given: { far, cloud, dialect, steps, found } }) => {
  const searching = async (model: string) => {
    const path = DIALECTS[dialect as keyof typeof DIALECTS]
    const search = async (stream: boolean) => {
      await tell(
        client,
        ...steps.map((said: Said[] | Partial<Told>) => ({
          to: 'POST /api/chat',
          with: `"${far}"`,
          ...(cloud && { headers: { 'content-type': stream ? 'application/x-ndjson' : 'application/json' } }),
          ...(Array.isArray(said) ? { status: 200, body: records(stream ? said : once(said)) } : said),
        })),
        ...found.map((told: Partial<Told>) => ({
          to: 'POST /api/web_search',
          with: far,
          status: 200,
          headers: { 'content-type': 'application/json' },
          ...told,
        })),
      )
      const answer = await post.wrong(path, {
        model,
        max_tokens: 9,
        stream,
        tools: SEARCHES[dialect as keyof typeof SEARCHES],
        ...(dialect === 'responses' ? { input: 'hi' } : { messages: [user('hi')] }),
      })
      return said(answer, stream)
    }
    const whole = await search(false)
    const got = await received(client, far)
    const bodies = (path: string) =>
      got.filter((one) => one.path.startsWith(path)).map(({ body }) => JSON.parse(body))
    const searched = bodies('/api/web_search')
    const followed = bodies('/api/chat').at(-1)?.messages.slice(1)
    return { whole, stream: await search(true), searched, followed }
  }
  return cloud ? searching(`${far}:cloud`) : withModel(client, plain(far), () => searching(NAME))
})

/** Of a request to ollama.com how it was asked. */
const askedOf = ({ method, path, headers: { host, authorization, accept } }: Received) => ({
  method,
  path: path.replace(/ts=\d+/, 'ts={time}'),
  host,
  authorization: authorization?.replace(/[\w+/=]{20,}:[\w+/=]{20,}/, '{key}:{signature}'),
  accept,
})

/** A model that searches for its own name, then says `x`; nothing is found. */
const searchOnce = (client: Client, far: string, searches = 1) =>
  tell(
    client,
    {
      to: 'POST /api/chat',
      with: `"${far}"`,
      status: 200,
      body: records([{ calls: [['call_abcd0001', 'web_search', { query: far }]], reason: 'stop' }]),
      times: searches,
    },
    {
      to: 'POST /api/chat',
      with: `"${far}"`,
      status: 200,
      body: records([{ content: 'x', reason: 'stop' }]),
    },
    { to: 'POST /api/web_search', with: far, status: 200, body: { results: [] }, times: searches },
  )

check.alone.each('remote.searched.asked.*', ({ client, post, given: { dialect } }) => {
  const far = `far-asked-${dialect}`
  return withModel(client, plain(far), async () => {
    await searchOnce(client, far)
    const tools = SEARCHES[dialect as keyof typeof SEARCHES]
    const body = dialect === 'responses' ? { input: 'hi' } : { messages: [user('hi')], max_tokens: 9 }
    const path = DIALECTS[dialect as keyof typeof DIALECTS]
    await post.wrong(path, { model: NAME, stream: false, tools, ...body })
    return (await received(client, far)).filter(({ path }) => path.includes('search')).map(askedOf)
  })
})

check.alone('remote.searched.ids', ({ client, post }) => {
  const far = 'far-ids'
  return withModel(client, plain(far), async () => {
    await searchOnce(client, far, 2)
    const body = {
      model: NAME,
      messages: [user('hi')],
      max_tokens: 9,
      stream: false,
      tools: SEARCHES.messages,
    }
    const { id, content } = (await post.wrong('/v1/messages', body)).json
    const own = (text?: string) => text?.replace(id.replace('msg_', ''), '{id}')
    return content.map((block: { type: string; id?: string; tool_use_id?: string }) => ({
      type: block.type,
      id: own(block.id),
      tool_use_id: own(block.tool_use_id),
    }))
  })
})

check.alone('remote.of-com', ({ client, post }) => {
  const far = 'far-of-com'
  return withModel(client, { ...plain(far), remote_host: 'https://ollama.com:443' }, async () => {
    await tell(client, { to: 'POST /api/generate', with: `"${far}"`, status: 200, body: LAST_GENERATED })
    const answer = answerOf(await post('/api/generate', { model: NAME, prompt: 'hi', stream: false }))
    return { asked: (await received(client, inBody(far))).map(askedOf), ...answer }
  })
})

check.alone.each('remote.web.*', async ({ client, post, given: { far, path, body, told } }) => {
  await tell(client, {
    to: `POST ${path.replace('/experimental', '')}`,
    with: far,
    status: 200,
    headers: { 'content-type': 'application/json' },
    ...told,
  })
  const headers = { authorization: 'Bearer mine' }
  const answer = await post.wrong(path, body, { headers })
  const [got] = await received(client, far)
  return {
    got: got && {
      path: got.path.replace(/ts=\d+/, 'ts=…'),
      body: JSON.parse(got.body),
      authorization_of_the_client: got.headers.authorization === 'Bearer mine',
    },
    status: answer.status,
    text: answer.text,
  }
})

// What a server knows of the models of ollama.com from its start

const known = (parameter_size: string) =>
  JSON.stringify({
    modelfile: 'FROM far',
    details: {
      parent_model: '',
      format: '',
      family: 'far',
      families: ['far'],
      parameter_size,
      quantization_level: '',
    },
    model_info: { 'general.architecture': 'far', 'far.context_length': 5 },
    capabilities: ['completion'],
    modified_at: TIME,
  })

check.alone('remote.cloud.known', async ({ client, post }) => {
  // The registry lists this one, and describes it where no check says otherwise.
  const far = 'far-known'
  const asked = async () =>
    (await received(client, inBody(far))).some(({ path }) => path.startsWith('/api/show'))
  const shown = async () => (await post('/api/show', { model: `${far}:cloud` })).json.details.parameter_size
  const before = await poll(asked, (known) => known)
  const headers = { 'content-type': 'application/json' }
  await tell(client, { to: 'POST /api/show', with: far, status: 200, headers, body: known('2B') })
  const first = await shown()
  return { asked_before: before, first, later: await poll(shown, (now) => now !== first) }
})

check.alone('remote.cloud.known.variants', ({ post }) =>
  askEach(
    { verbose: { verbose: true }, system: { system: 'S' } },
    async (more) =>
      (await post('/api/show', { model: 'far-known:cloud', ...more })).json.details.parameter_size,
  ),
)

// The account at ollama.com, and what it recommends

const ACCOUNT = { id: '00000000-0000-0000-0000-000000000001', email: 'a@far.example', name: 'far' }

const whole = ({ status, json }: Pick<Exchange, 'status' | 'json'>) => ({ status, body: json })

/** What a server answers when ollama.com answers it so, by case; what it says of itself is no part of it. */
const whenTold = (
  client: Client,
  to: string,
  cases: Record<string, Partial<Told>>,
  ask: () => Promise<Exchange>,
) =>
  askEach(cases, async (told) => {
    await tell(client, { to, status: 200, ...told })
    const { status, json } = await ask()
    if (json?.signin_url) json.signin_url = json.signin_url.replace(/\*+$/, '…')
    return { status, body: json }
  })

check.alone('remote.account.signed-in', async ({ client, post }) => {
  const account = {
    ...ACCOUNT,
    bio: 'b',
    avatarurl: 'http://far.example/a',
    firstname: 'F',
    lastname: 'L',
    plan: 'pro',
    more: 1,
  }
  await tell(client, { to: 'POST /api/me', status: 200, body: JSON.stringify(account) })
  const answered = whole(await post('/api/me'))
  const [asked] = await received(client, '"path":"/api/me?')
  return { asked: asked && { path: asked.path, ...asked.headers, body: asked.body }, ...answered }
})

check.alone('remote.account.plan', ({ client, post }) =>
  whenTold(
    client,
    'POST /api/me',
    { absent: { body: JSON.stringify(ACCOUNT) }, blank: { body: JSON.stringify({ ...ACCOUNT, plan: ' ' }) } },
    () => post('/api/me'),
  ),
)

const SIGN_IN = 'https://ollama.com/connect?name=far&key=far'

check.alone('remote.account.nobody', ({ client, post }) =>
  whenTold(
    client,
    'POST /api/me',
    {
      no_name: { body: JSON.stringify({ ...ACCOUNT, name: '' }) },
      refused: { status: 401, body: '{"error":"who are you"}' },
      refused_with_an_address: { status: 401, body: JSON.stringify({ error: 'who', signin_url: SIGN_IN }) },
    },
    () => post('/api/me'),
  ),
)

check.alone('remote.account.fails', ({ client, post }) =>
  whenTold(
    client,
    'POST /api/me',
    {
      forbidden: { status: 403, body: '{"error":"no"}' },
      not_found: { status: 404, body: 'no JSON' },
      broken: { status: 500, body: '{"error":"broken"}' },
      no_json: { body: 'no JSON' },
      null: { body: 'null' },
    },
    () => post('/api/me'),
  ),
)

const KEY = 'DELETE /api/user/keys/{key}'

check.alone('remote.signout.done', async ({ client, post, del }) => {
  await tell(client, { to: KEY, status: 200, times: 2 })
  const signout = whole(await post('/api/signout'))
  const keys = whole(await del('/api/user/keys/c3NoLWVkMjU1MTkgQUFBQQ'))
  // Others may have asked before.
  const asked = (await received(client, '"method":"DELETE","path":"/api/user/keys/')).slice(-2)
  return { signout, keys, asked: asked.map(({ path, headers }) => ({ path, ...headers })) }
})

check.alone('remote.signout.fails', ({ client, post }) =>
  whenTold(
    client,
    KEY,
    {
      unauthorized: { status: 401, body: '{"error":"who are you"}' },
      not_found: { status: 404, body: '{"error":"no such key"}' },
      broken: { status: 500, body: '{"error":"broken"}' },
    },
    () => post('/api/signout'),
  ),
)

check.alone('remote.recommendations', async ({ client, get }) => {
  const path = '/api/experimental/model-recommendations'
  const recommended = async () => (await get(path)).json.recommendations
  const names = (list: { model: string }[]) => list.map(({ model }) => model)
  const asked = await poll(
    () => received(client, `"path":"${path}"`),
    (came) => came.length > 0,
  )
  await tell(client, { to: `GET ${path}`, status: 200, body: '{"recommendations":[{"model":"far-new"}]}' })
  const first = await poll(recommended, (list) => names(list).includes('far-known'))
  const later = await poll(recommended, (list) => names(list).includes('far-new'))
  return { asked: asked.map(({ headers }) => headers), first, later }
})

// What else goes to ollama.com as it is

check.alone('remote.cloud.model', async ({ client, get }) => {
  const far = 'far-model'
  const body = JSON.stringify({ id: far, object: 'model', created: 1, owned_by: 'far' })
  const headers = { 'content-type': 'application/json' }
  await tell(client, { to: `GET /v1/models/${far}`, status: 200, headers, body })
  const { status, json } = await get(`/v1/models/${far}:cloud`)
  const got = await received(client, `"path":"/v1/models/${far}`)
  const blank = outcome(await get.wrong('/v1/models/%20'))
  return {
    asked: got.map(({ method, path }) => `${method} ${path.replace(/\?.*/, '')}`),
    status,
    json,
    blank,
  }
})

check.alone('remote.cloud.cut', async ({ client, post }) => {
  const far = 'far-cut'
  const headers = { 'content-type': 'application/x-ndjson' }
  await tell(client, {
    to: 'POST /api/generate',
    with: `"${far}"`,
    status: 200,
    headers,
    body: GENERATED,
    cut: GENERATED.indexOf('\n') + 1,
  })
  const { status, end, json } = await post('/api/generate', { model: `${far}:cloud`, prompt: 'hi' })
  return { status, end, response: json.response, done: json.done }
})

check.alone('remote.cloud.known.whole', async ({ client, post }) => {
  // The registry describes this one so.
  const far = 'far-deep'
  await poll(
    () => received(client, inBody(far)),
    (came) => came.length > 0,
  )
  const { model_info, projector_info, messages } = (await post('/api/show', { model: `${far}:cloud` })).json
  return { model_info, projector_info, messages }
})

check.alone('remote.cloud.known.kept', async ({ client, post }) => {
  // The registry describes this one as the one that is known.
  const far = 'far-kept'
  const asked = async () =>
    (await received(client, inBody(far))).filter(({ path }) => path.startsWith('/api/show')).length
  const known = async () => (await post('/api/show', { model: `${far}:cloud` })).json.details.parameter_size
  const before = await poll(asked, (times) => times > 0)
  await tell(client, { to: 'POST /api/show', with: far, status: 401, body: '{"error":"who are you"}' })
  const first = await known()
  const asked_again = (await poll(asked, (times) => times > before)) > before
  return { first, asked_again, later: await known() }
})

// What the other dialects make of a remote model

check.alone('remote.transcribed', ({ client, post }) => {
  const far = 'far-transcribed'
  return withModel(client, plain(far), async () => {
    const body = records([{ content: ' what' }, { content: ' was said ', reason: 'stop' }])
    await tell(client, { to: 'POST /api/chat', with: `"${far}"`, status: 200, body, times: 2 })
    const answers = await askEach(
      { plain: {}, 'as text': { response_format: 'text', language: 'en', prompt: 'numbers' } },
      async (fields) => {
        const form = formBody({ model: NAME, file: 'RIFF', ...fields })
        const headers = { 'content-type': form.contentType }
        const { status, contentType, text } = await post('/v1/audio/transcriptions', form.body as never, {
          headers,
        })
        return { status, content_type: contentType, text: text.trim() }
      },
    )
    const asked = (await received(client, inBody(far))).map(({ body }) => JSON.parse(body))
    return { asked: asked.map(({ messages, options }) => ({ messages, options })), answers }
  })
})

check.alone('remote.openai.no-time', ({ client, post }) => {
  const far = 'far-no-time'
  const body = records([{ content: 'x' }, { reason: 'stop' }]).map(({ created_at, ...rest }) => rest)
  return withModel(client, plain(far), async () => {
    await tell(client, { to: 'POST /api/chat', with: `"${far}"`, status: 200, body })
    const { eventData } = await post('/v1/chat/completions', {
      model: NAME,
      messages: [user('hi')],
      stream: true,
    })
    return eventData.map((event) => (event === '[DONE]' ? event : { is_of_today: event.created > 1e9 }))
  })
})

check.alone('remote.responses.reasoning', ({ client, post }) => {
  const far = 'far-reasoning'
  const cases = { effort: { effort: 'high' }, summary: { summary: 'auto' } } as const
  return withModel(client, plain(far), async () => {
    const body = records([{ content: 'x', reason: 'stop' }])
    await tell(client, { to: 'POST /api/chat', with: `"${far}"`, status: 200, body, times: 2 })
    return askEach(cases, async (reasoning: object) => {
      const { eventData } = await post('/v1/responses', { model: NAME, input: 'hi', stream: true, reasoning })
      return eventData.flatMap(({ response }: Exchange['json']) => (response ? [response.reasoning] : []))
    })
  })
})

// A client that leaves

check.alone('remote.cloud.left', async ({ client, post }) => {
  const far = 'far-left'
  const headers = { 'content-type': 'application/x-ndjson' }
  const told = { to: 'POST /api/generate', with: `"${far}"`, status: 200, headers, body: GENERATED }
  const first = GENERATED.indexOf('\n') + 1
  await tell(client, { ...told, cut: first, stall: true }, { ...told, body: LAST_GENERATED })
  const call = post.start('/api/generate', { model: `${far}:cloud`, prompt: 'hi' })
  await call.until((exchange) => exchange.records.length > 0)
  call.abort()
  const { json } = await call.ended
  const later = await post('/api/generate', { model: `${far}:cloud`, prompt: 'hi', stream: false })
  return { response: json.response, later: { status: later.status, done: later.json.done } }
})

check.alone('remote.searched.left', ({ client, post }) => {
  const far = 'far-search-left'
  const body = records([{ calls: [['call_abcd0001', 'web_search', { query: far }]], reason: 'stop' }])
  return withModel(client, plain(far), async () => {
    await tell(
      client,
      { to: 'POST /api/chat', with: `"${far}"`, status: 200, body },
      { to: 'POST /api/web_search', with: far, status: 200, body: { results: [] }, cut: 5, stall: true },
    )
    const asked = async () => (await received(client, far)).map(({ path }) => path.replace(/\?.*/, ''))
    const tools = SEARCHES.messages
    const request = { model: NAME, messages: [user('hi')], max_tokens: 9, stream: true, tools }
    const call = post.start('/v1/messages', request as never)
    await poll(asked, (paths) => paths.length > 1)
    call.abort()
    await call.ended
    return { asked: await asked() }
  })
})
