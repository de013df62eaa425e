import { isDeepStrictEqual } from 'node:util'
import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import { mediaType, outcome } from '../answers.ts'
import { GREEDY } from './requests.ts'
import { SAID } from './said.ts'

/** Is answered with the four letters that follow. */
const ABC = { model: models.successor, prompt: 'abc', raw: true, options: { ...GREEDY, num_predict: 4 } }
/** Is answered with `yz` and the token that ends a generation. */
const XYZ = { model: models.stopper, prompt: 'x', raw: true, options: GREEDY }

const streamed = ({ contentType, records }: Exchange) => ({
  content_type: contentType,
  several_records: records.length > 1,
})

const errorKeys = ({ status, contentType, json }: Exchange) => {
  return { status, content_type: contentType, keys: Object.keys(json) }
}

check('streaming.default.absent', async ({ post }) => streamed(await post('/api/generate', ABC)))

check('streaming.default.null', async ({ post }) =>
  streamed(await post.wrong('/api/generate', { ...ABC, stream: null })),
)

check('streaming.content-type', async ({ post }) => ({
  streamed: (await post('/api/generate', { ...ABC, stream: true })).contentType,
  whole: (await post('/api/generate', { ...ABC, stream: false })).contentType,
}))

const SAME = [
  'response',
  'context',
  'prompt_eval_count',
  'eval_count',
  'done_reason',
  'done',
  'model',
] as const

check.alone('streaming.same-as-whole', async ({ post }) => {
  const request = { model: models.templated, prompt: 'same', options: GREEDY }
  const { records } = await post('/api/generate', { ...request, stream: true })
  const { json: whole } = await post('/api/generate', { ...request, stream: false })
  const streamed = { ...records.at(-1), response: records.map(({ response }) => response).join('') }
  return { differ: SAME.filter((key) => JSON.stringify(streamed[key]) !== JSON.stringify(whole[key])) }
})

// Records

check('streaming.one-last-record', async ({ post }) => {
  const { records } = await post('/api/generate', { ...ABC, stream: true })
  return { done: records.filter(({ done }) => done).length, last_is_done: records.at(-1).done }
})

check('streaming.last-record.text', async ({ post }) =>
  (await post('/api/generate', { ...ABC, stream: true })).records.map(({ response }) => response),
)

/** Those that are never zero; the durations of the runner may round to it, and are left out then. */
const METRICS = ['total_duration', 'load_duration', 'prompt_eval_count', 'eval_count']

check('streaming.metrics.last-only', async ({ post }) => {
  const { records } = await post('/api/generate', { ...ABC, stream: true })
  const metricsOf = (record: object) => METRICS.filter((key) => key in record)
  return { before_the_last: records.slice(0, -1).flatMap(metricsOf), last: metricsOf(records.at(-1)) }
})

check('streaming.end-of-sequence.records', async ({ post }) =>
  (await post('/api/generate', { ...XYZ, stream: true })).records.map(({ response }) => response),
)

check('streaming.framing.lines', async ({ post }) => {
  const exchange = await post('/api/generate', { ...ABC, stream: true })
  const lines = exchange.text.split('\n')
  return {
    ends_in_newline: lines.pop() === '',
    every_line_an_object: lines.every((line) => line.startsWith('{') && typeof JSON.parse(line) === 'object'),
    carriage_returns: exchange.text.includes('\r'),
    several_lines: lines.length > 1,
    transfer_encoding: exchange.header('transfer-encoding'),
    content_length: exchange.header('content-length'),
  }
})

check('streaming.framing.whole', async ({ post }) => {
  const exchange = await post('/api/generate', { ...ABC, stream: false })
  return {
    newlines: exchange.text.split('\n').length - 1,
    content_length: exchange.header('content-length') === `${exchange.body.length}`,
  }
})

check('streaming.framing.escapes', async ({ post }) => {
  const options = { ...GREEDY, num_predict: 1 }
  const { text } = await post('/api/generate', { ...ABC, prompt: '%', stream: true, options })
  return text.match(/"response":".*?"/)?.[0]
})

check('streaming.created_at.form', async ({ post }) => {
  const { records } = await post('/api/generate', { ...ABC, stream: true })
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/
  const times: string[] = records.map(({ created_at }) => created_at)
  return { utc_with_fraction: times.every((time) => form.test(time)), one_for_all: new Set(times).size === 1 }
})

check('streaming.repeated', async ({ post }) => {
  const { records } = await post('/api/generate', { ...ABC, stream: true })
  const done = records.map((record) => record.done)
  return {
    models: new Set(records.map(({ model }) => model)).size,
    done_before_the_last: [...new Set(done.slice(0, -1))],
    done_at_last: done.at(-1),
  }
})

// Chunks

check.each('streaming.chunks.*', async ({ post, given }) => {
  const { chunks, contentType } = await post(given.path, given.body)
  const between = contentType === 'text/event-stream' ? '\n\n' : '\n'
  return chunks.map(({ bytes }) => {
    const parts = String(bytes).split(between)
    return parts.at(-1) === '' ? parts.length - 1 : 'a part'
  })
})

// Failures in mid-stream

check.each('streaming.failed.*', async ({ post, given }) => {
  const { status, records }: Exchange = await post(given.path, given.body)
  return { status, records: records.map((one) => ('error' in one ? 'error' : one.status)) }
})

// Errors and single answers

check('streaming.error.unknown-model', async ({ post }) => {
  const exchange = await post('/api/generate', { model: 'conformance/nobody', prompt: 'a', stream: true })
  return { status: exchange.status, media_type: mediaType(exchange), keys: Object.keys(exchange.json) }
})

check('streaming.error.before-content', async ({ post }) => {
  const exchange = await post.wrong('/api/generate', { ...ABC, format: 'xml', stream: true })
  return { ...errorKeys(exchange), newlines: exchange.text.split('\n').length - 1 }
})

check('streaming.error.before-content.whole', async ({ post }) =>
  errorKeys(await post.wrong('/api/generate', { ...ABC, format: 'xml', stream: false })),
)

check('streaming.single.load', async ({ post }) => {
  const load = { model: models.successor, stream: true, options: GREEDY }
  const { status, contentType, json } = await post('/api/generate', load)
  return { status, content_type: contentType, done: json.done }
})

check('streaming.single.debug-render-only', async ({ post }) => {
  const abc = { model: models.successor, prompt: 'abc', stream: true, options: GREEDY }
  const { status, contentType, lines } = await post('/api/generate', { ...abc, _debug_render_only: true })
  return { status, content_type: contentType, one_object: lines.length === 1 }
})

// What the docs say otherwise

check('streaming.last-record.example', async ({ post }) => {
  const { records } = await post('/api/generate', { ...XYZ, stream: true })
  const { response, done, done_reason } = records.at(-1)
  return { response, done, done_reason }
})

// The same, streamed and whole

check.each('streaming.as-whole.*.*', async ({ post, given: { path, body } }) => {
  const whole = await post.wrong(path, { ...body, stream: false })
  const streamed = await post.wrong(path, { ...body, stream: true })
  if (whole.status !== 200) return { whole: outcome(whole), streamed: outcome(streamed) }
  const { ofWhole, ofStream } = SAID[path as keyof typeof SAID]
  const [said, alike] = [ofWhole(whole.json), ofStream(streamed)]
  return { ...said, streamed: isDeepStrictEqual(said, alike) ? 'the same' : alike }
})
