import { check } from '../../harness/check.ts'
import { llamaCompletion, llamaCompletionRequest } from '../../harness/requests.ts'

check('completion.text', async ({ client }) => {
  const { json } = await llamaCompletion(client, { prompt: 'abc', n_predict: 6 })
  const { content, tokens_evaluated, tokens_predicted, stop_type } = json
  return { content, tokens_evaluated, tokens_predicted, stop_type }
})

check('completion.prompt.tokens', async ({ client }) => {
  const { json } = await client.send({ method: 'POST', path: '/tokenize', body: { content: 'abc' } })
  const answer = await llamaCompletion(client, { prompt: json.tokens, n_predict: 6 })
  return { tokens: json.tokens, content: answer.json.content }
})

check('completion.prompt.batch', async ({ client }) => {
  const { json } = await llamaCompletion(client, { prompt: ['a', 'm'], n_predict: 3 })
  return json.map(({ index, content }: { index: number; content: string }) => ({ index, content }))
})

check('completion.n_predict.zero', async ({ client }) => {
  const { json } = await llamaCompletion(client, { prompt: 'abc', n_predict: 0 })
  return { content: json.content, stop_type: json.stop_type }
})

check('completion.eos', async ({ client }) => {
  const { json } = await llamaCompletion(client, { prompt: 'x' })
  const { content, tokens_predicted, stop_type } = json
  return { content, tokens_predicted, stop_type }
})

check('completion.stop', async ({ client }) => {
  const { json } = await llamaCompletion(client, { prompt: 'abc', stop: ['gh'] })
  const { content, stop_type, stopping_word } = json
  return { content, stop_type, stopping_word }
})

check('completion.stream', async ({ client }) => {
  const exchange = await llamaCompletion(client, { prompt: 'abc', n_predict: 6, stream: true })
  const records = exchange.eventData
  return {
    type: exchange.contentType,
    text: records.map(({ content }) => content).join(''),
    stopped: records.filter(({ stop }) => stop).length,
    last_stops: records.at(-1).stop,
  }
})

for (const [option, value] of Object.entries({ top_k: 1, min_p: 1, top_p: 0.1 })) {
  check(`completion.${option}.effect`, async ({ client }) => {
    const sampled = { prompt: 'x', temperature: 1, seed: 7, n_predict: 12 }
    const free = await llamaCompletion(client, { ...sampled, top_k: 40, min_p: 0, top_p: 1 })
    const narrow = await llamaCompletion(client, {
      ...sampled,
      top_k: 40,
      min_p: 0,
      top_p: 1,
      [option]: value,
    })
    return { free_is_likeliest: free.json.content === 'a'.repeat(12), narrow: narrow.json.content }
  })
}

check('completion.abort.stream-decoding', async ({ client }) => {
  const call = client.start(llamaCompletionRequest({ prompt: 'a', n_predict: 1_000_000, stream: true }))
  await call.until(({ events }) => events.length >= 3)
  call.abort()
  const { end } = await call.ended
  const next = await llamaCompletion(client, { prompt: 'abc', n_predict: 6 })
  return { aborted: end, next: next.json.content }
})

check('completion.error.broken-json', async ({ client }) => {
  const { status, json } = await client.send({
    method: 'POST',
    path: '/completion',
    body: '{bad}',
    wrong: true,
  })
  return { status, code: json.error.code, type: json.error.type }
})

check('completion.infill.no-fim-tokens', async ({ client }) => {
  const body = { input_prefix: 'a', input_suffix: 'b' }
  const { status, json } = await client.send({ method: 'POST', path: '/infill', body })
  const missing = [...json.error.message.matchAll(/(\w+) token is missing/g)].map(([, name]) => name)
  return { status, type: json.error.type, missing }
})

check('completion.detokenize', async ({ client }) => {
  const { json } = await client.send({
    method: 'POST',
    path: '/detokenize',
    body: { tokens: [100, 101, 102] },
  })
  return json
})

check('completion.health', async ({ client }) => {
  const { status, json } = await client.send({ method: 'GET', path: '/health' })
  return { status, body: json }
})

check('completion.props.slots', async ({ client }) => {
  const { json } = await client.send({ method: 'GET', path: '/props' })
  return { total_slots: json.total_slots, n_ctx: json.default_generation_settings.n_ctx }
})
