import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import { generate, generateRequest, wrong } from './requests.ts'

const COUNT = { model: models.successor, prompt: 'abc', raw: true, options: { num_predict: 4 } }
// Those that are never zero; the durations of the runner may round to it, and are left out then.
const METRICS = ['total_duration', 'load_duration', 'prompt_eval_count', 'eval_count']

for (const [name, stream] of Object.entries({ absent: undefined, null: null })) {
  check(`streaming.default.${name}`, async ({ client }) => {
    const { contentType, records } = await client.send(wrong(generateRequest, { ...COUNT, stream }))
    return { contentType, records: records.length }
  })
}

check('streaming.content-type', async ({ client }) => {
  const streamed = await generate(client, { ...COUNT, stream: true })
  const whole = await generate(client, COUNT)
  return { streamed: streamed.contentType, whole: whole.contentType }
})

check.alone('streaming.same-as-whole', async ({ client }) => {
  const request = { model: models.templated, prompt: 'same' }
  const { records } = await generate(client, { ...request, stream: true })
  const { json } = await generate(client, request)
  const last = records.at(-1)
  return {
    text: records.map(({ response }) => response).join('') === json.response,
    context: JSON.stringify(last.context) === JSON.stringify(json.context),
    ...Object.fromEntries(
      (['prompt_eval_count', 'eval_count', 'done_reason', 'done', 'model'] as const).map((key) => [
        key,
        last[key] === json[key],
      ]),
    ),
  }
})

check('streaming.one-last-record', async ({ client }) => {
  const { records } = await generate(client, { ...COUNT, stream: true })
  return records.map(({ done }) => done)
})

check('streaming.last-record.text', async ({ client }) => {
  const { records } = await generate(client, { ...COUNT, stream: true })
  return records.map(({ response }) => response)
})

check('streaming.metrics.last-only', async ({ client }) => {
  const { records } = await generate(client, { ...COUNT, stream: true })
  return records.map((record) => METRICS.filter((key) => key in record).length)
})

check('streaming.end-of-sequence.records', async ({ client }) => {
  const { records } = await generate(client, { model: models.stopper, prompt: 'x', raw: true, stream: true })
  return records.map(({ response }) => response)
})

check('streaming.framing.lines', async ({ client }) => {
  const { text, header } = await generate(client, { ...COUNT, stream: true }).then((exchange) => ({
    text: exchange.text,
    header: (name: string) => exchange.header(name),
  }))
  const lines = text.split('\n')
  return {
    ends_in_newline: lines.pop() === '',
    every_line_an_object: lines.every((line) => line.startsWith('{') && typeof JSON.parse(line) === 'object'),
    carriage_returns: text.includes('\r'),
    lines: lines.length,
    transfer_encoding: header('transfer-encoding'),
    content_length: header('content-length'),
  }
})

check('streaming.framing.whole', async ({ client }) => {
  const exchange = await generate(client, COUNT)
  return {
    newlines: exchange.text.split('\n').length - 1,
    content_length: exchange.header('content-length') === String(exchange.body.length),
  }
})

check('streaming.framing.escapes', async ({ client }) => {
  const { text } = await generate(client, {
    model: models.successor,
    prompt: '%',
    raw: true,
    stream: true,
    options: { num_predict: 1 },
  })
  return text.includes('"response":"\\u0026"')
})

check('streaming.created_at.form', async ({ client }) => {
  const { records } = await generate(client, { ...COUNT, stream: true })
  const form = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/
  const times: string[] = records.map(({ created_at }) => created_at)
  return { utc_with_fraction: times.every((time) => form.test(time)), one_for_all: new Set(times).size === 1 }
})

// Errors and single answers.

check('streaming.error.unknown-model', async ({ client }) => {
  const { status, contentType, json } = await client.send({
    method: 'POST',
    path: '/api/generate',
    body: { model: 'conformance/nobody', prompt: 'a', stream: true },
  })
  return { status, contentType, keys: Object.keys(json).join(' ') }
})

check('streaming.error.before-content', async ({ client }) => {
  const request = { ...COUNT, stream: true, format: 'xml' }
  const { status, contentType, text } = await client.send(wrong(generateRequest, request))
  return {
    status,
    contentType,
    keys: Object.keys(JSON.parse(text)).join(' '),
    newlines: text.split('\n').length - 1,
  }
})

check('streaming.error.before-content.whole', async ({ client }) => {
  const { status, contentType, json } = await client.send(wrong(generateRequest, { ...COUNT, format: 'xml' }))
  return { status, contentType, keys: Object.keys(json).join(' ') }
})

check('streaming.single.load', async ({ client }) => {
  const { status, contentType, json } = await generate(client, { model: models.successor, stream: true })
  return { status, contentType, done: json.done }
})

check('streaming.single.debug-render-only', async ({ client }) => {
  const request = { model: models.successor, prompt: 'abc', stream: true, _debug_render_only: true }
  const { status, contentType, lines } = await client.send(
    wrong(generateRequest, request, { before: '0.11.5' }),
  )
  return { status, contentType, objects: lines.length }
})

// What the docs say otherwise.

check('streaming.last-record.example', async ({ client }) => {
  const { records } = await generate(client, { model: models.stopper, prompt: 'x', raw: true, stream: true })
  const { response, done, done_reason } = records.at(-1)
  return { response, done, done_reason }
})
