import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import { askEach, outcome } from '../answers.ts'
import { GREEDY } from './requests.ts'

/** Says the shortest JSON that its format allows, and `x"x"…` without one. */
const TERSE = { model: models.terse, prompt: 'a', stream: false, options: { ...GREEDY, num_predict: 64 } }
const CUT = { ...TERSE, options: { ...GREEDY, num_predict: 4 } }
const N = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] }

const said = ({ status, json: { response, done_reason } }: Exchange) =>
  status === 200 ? { response, done_reason } : { status }

check('structured-output.none.absent', async ({ post }) => said(await post('/api/generate', CUT)))

check('structured-output.none.null', async ({ post }) =>
  said(await post('/api/generate', { ...CUT, format: null })),
)

check('structured-output.none.empty', async ({ post }) =>
  said(await post('/api/generate', { ...CUT, format: '' })),
)

check('structured-output.json', async ({ post }) =>
  said(await post('/api/generate', { ...TERSE, format: 'json' })),
)

// Schemas

check.each('structured-output.schema.*', async ({ post, given: { format, types } }) => {
  const ask = async (format: Record<string, unknown>) =>
    said(await post('/api/generate', { ...TERSE, format }))
  return types ? askEach(types, async (type) => (await ask({ type })).response) : ask(format)
})

check.each('structured-output.schema.array.*', async ({ post, given }) =>
  said(await post('/api/generate', { ...TERSE, format: given.format })),
)

// What the model would say, and how it ends

check('structured-output.unwilling-model', async ({ post }) => {
  // It prefers nothing where its own next character is forbidden.
  const format = { type: 'object', properties: { colour: { enum: ['red'] } }, required: ['colour'] }
  const options = { ...GREEDY, num_predict: 200 }
  const request = { model: models.successor, prompt: 'abc', stream: false, format, options }
  const { json } = await post('/api/generate', request)
  return { parsed: JSON.parse(json.response), done_reason: json.done_reason }
})

check('structured-output.willing-model', async ({ post }) => {
  const request = { model: models.scripted, prompt: '3', raw: true, stream: false, options: GREEDY }
  const { json } = await post('/api/generate', { ...request, format: 'json' })
  return { response: json.response, done_reason: json.done_reason, eval_count: json.eval_count }
})

check('structured-output.raw', async ({ post }) =>
  said(await post('/api/generate', { ...TERSE, raw: true, format: N })),
)

check('structured-output.cut', async ({ post }) =>
  said(await post('/api/generate', { ...TERSE, format: 'json', options: { ...GREEDY, num_predict: 1 } })),
)

check('structured-output.stop', async ({ post }) => {
  const properties = { n: { type: 'integer' }, m: { type: 'integer' } }
  const format = { type: 'object', properties, required: ['n', 'm'] }
  return said(await post('/api/generate', { ...TERSE, format, options: { ...TERSE.options, stop: [','] } }))
})

check('structured-output.stream', async ({ post }) => {
  const { records } = await post('/api/generate', { ...TERSE, format: N, stream: true })
  return { text: records.map(({ response }) => response).join(''), several_records: records.length > 2 }
})

// Formats that are none

check('structured-output.invalid.string', async ({ post }) =>
  outcome(await post.wrong('/api/generate', { ...CUT, format: 'xml' })),
)

check('structured-output.invalid.number', async ({ post }) =>
  outcome(await post.wrong('/api/generate', { ...CUT, format: 5 })),
)

check('structured-output.invalid.boolean', async ({ post }) =>
  outcome(await post.wrong('/api/generate', { ...CUT, format: true })),
)

check('structured-output.invalid.array', async ({ post }) =>
  outcome(await post.wrong('/api/generate', { ...CUT, format: [] })),
)

check('structured-output.invalid.upper-case', async ({ post }) =>
  outcome(await post.wrong('/api/generate', { ...CUT, format: 'JSON' })),
)

check('structured-output.invalid.stream', async ({ post }) => {
  const { status, contentType } = await post.wrong('/api/generate', { ...CUT, format: 'xml', stream: true })
  return { status, content_type: contentType }
})

check.each('structured-output.unusable.*', async ({ post, given }) => {
  const { status, error } = outcome(await post.wrong('/api/generate', { ...CUT, format: given.format }))
  return { status, error: error?.startsWith('{') ? 'JSON of llama-server' : error }
})

// In a chat, with a template and without

check.each('structured-output.chat.*', ({ post, given: { format } }) =>
  askEach({ native: models.terse }, async (model) => {
    const options = { ...GREEDY, num_predict: 64 }
    const exchange = await post('/api/chat', {
      model,
      messages: [{ role: 'user', content: 'a' }],
      stream: false,
      format,
      options,
    })
    if (exchange.status !== 200) return { status: exchange.status }
    const { message, done_reason } = exchange.json
    return { content: message.content, done_reason }
  }),
)
