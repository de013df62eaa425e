import { isDeepStrictEqual } from 'node:util'
import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import { askEach, outcome } from '../answers.ts'
import { withModel } from './loaded.ts'
import { pictured } from './pictures.ts'
import { GREEDY, user } from './requests.ts'

const SEER = { model: models.seer, stream: false, options: GREEDY }
const OPENAI = { model: models.seer, temperature: 0, max_tokens: 8 }

/** What the model says, or how it is refused. */
function answer(exchange: Exchange) {
  const { json, status } = exchange
  if (status !== 200) return outcome(exchange)
  const text =
    json.response ??
    json.message?.content ??
    json.choices?.[0]?.message?.content ??
    json.content?.[0]?.text ??
    json.output?.[0]?.content?.[0]?.text
  // Behind a value in a format there may be white space.
  return text?.trimEnd()
}

/*
 * Few pictures, for an engine keeps the last four. Since 0.30.0 one that begins a prompt with another behind it must begin no
 * other prompt: that is an error (images.side-by-side).
 */

/** The model says the last image in a prompt, and of one that ends in `<` the first. */
const ENDS = { last: 'b', first: '<' }

// POST /api/generate

check.each('images.generate.*', async ({ post, given }) =>
  answer(await post('/api/generate', { ...SEER, prompt: 'abc', ...pictured(given) })),
)

check('images.order', ({ post }) =>
  askEach(ENDS, async (end) =>
    answer(
      await post('/api/generate', {
        ...SEER,
        ...pictured({ prompt: `a${end}`, images: ['{green}', '{blue}'] }),
      }),
    ),
  ),
)

check('images.marks', ({ post }) =>
  askEach(ENDS, async (end) =>
    answer(
      await post('/api/generate', {
        ...SEER,
        ...pictured({ prompt: `p[img]q${end}`, images: ['{blue}', '{red}'] }),
      }),
    ),
  ),
)

check.each('images.bytes.*', async ({ post, given: { images } }) =>
  answer(await post.wrong('/api/generate', { ...SEER, prompt: 'abc', ...pictured({ images }) })),
)

check('images.no-prompt', async ({ post }) => {
  const { json } = await post('/api/generate', { ...SEER, ...pictured({ prompt: '', images: ['{red}'] }) })
  return { response: json.response, done_reason: json.done_reason }
})

check('images.stream', async ({ post }) => {
  const body = { ...SEER, stream: true, messages: [{ ...user('abc'), images: ['{red}'] }] }
  const { records } = await post('/api/chat', pictured(body))
  return records.map(({ message, done_reason }) => [message?.content, done_reason])
})

check('images.count', async ({ post }) => {
  const body = { ...SEER, messages: [{ ...user('count'), images: ['{magenta}'] }] }
  const { json } = await post('/api/chat', pictured(body))
  return { prompt_eval_count: json.prompt_eval_count, eval_count: json.eval_count }
})

check('images.context', async ({ post }) => {
  const { json } = await post('/api/generate', {
    ...SEER,
    ...pictured({ prompt: 'xyz', images: ['{red}'] }),
  })
  return answer(await post('/api/generate', { ...SEER, prompt: 'abc', context: json.context }))
})

// POST /api/chat

check.each('images.chat.*', async ({ post, given }) =>
  answer(await post('/api/chat', { ...SEER, ...pictured(given) })),
)

check('images.messages-in-order', ({ post }) =>
  askEach(ENDS, async (end) =>
    answer(
      await post('/api/chat', {
        ...SEER,
        messages: pictured([
          { ...user('a'), images: ['{blue}'] },
          { ...user(end), images: ['{red}'] },
        ]),
      }),
    ),
  ),
)

check('images.window', ({ post }) =>
  askEach({ default: {}, 'truncate false': { truncate: false } }, async (more) =>
    answer(
      await post('/api/chat', {
        ...SEER,
        ...more,
        messages: pictured([
          { ...user('a'), images: ['{blue}'] },
          { ...user('b'), images: ['{red}'] },
          { ...user('<'), images: ['{blue}'] },
        ]),
      }),
    ),
  ),
)

// The dialects

check.each('images.openai.*', async ({ post, given: { image, wrong } }) => {
  const send = wrong ? post.wrong : post
  const content = [pictured(image ?? wrong), { type: 'text' as const, text: 'abc' }]
  return answer(
    await send('/v1/chat/completions', { ...OPENAI, messages: [{ role: 'user' as const, content }] }),
  )
})

check('images.openai-order', ({ post }) =>
  askEach(ENDS, async (text) =>
    answer(
      await post('/v1/chat/completions', {
        ...OPENAI,
        messages: pictured([
          {
            role: 'user' as const,
            content: [
              { type: 'image_url' as const, image_url: { url: 'data:image/png;base64,{blue}' } },
              { type: 'text' as const, text: 'a' },
              { type: 'image_url' as const, image_url: { url: 'data:image/png;base64,{red}' } },
              { type: 'text' as const, text },
            ],
          },
        ]),
      }),
    ),
  ),
)

check.each('images.responses.*', async ({ post, given }) =>
  answer(
    await post('/v1/responses', {
      model: models.seer,
      temperature: 0,
      max_output_tokens: 8,
      input: pictured(given),
    }),
  ),
)

check.each('images.anthropic.*', async ({ post, given }) =>
  answer(await post('/v1/messages', { ...OPENAI, messages: [{ role: 'user', content: pictured(given) }] })),
)

// What cannot be seen

check.alone.each('images.undecodable.*', async ({ post, given: { path, ...body } }) =>
  answer(await post(path, { ...(path.startsWith('/api') ? SEER : OPENAI), ...pictured(body) })),
)

check.alone('images.webp', async ({ post }) =>
  answer(await post('/api/generate', { ...SEER, ...pictured({ prompt: 'abc', images: ['{red-webp}'] }) })),
)

check.alone('images.at-the-end', async ({ post }) => {
  const body = pictured({ ...SEER, prompt: 'ab[img-0]', raw: true, images: ['{red}'] })
  const exchange = await post('/api/generate', body)
  return exchange.status === 200 ? answer(exchange) : { status: exchange.status }
})

check.alone('images.side-by-side', async ({ post }) => {
  const ask = async (...images: string[]) =>
    answer(await post('/api/generate', { ...SEER, ...pictured({ prompt: 'abc', images }) }))
  return {
    both: await ask('{magenta}', '{green}'),
    'the first alone': await ask('{magenta}'),
  }
})

// Models

check.alone('images.copy', async ({ post, del }) => {
  const copy = 'conformance/images-copy'
  await post('/api/copy', { source: models.seer, destination: copy })
  const ask = async (model: string) =>
    answer(await post('/api/generate', { ...SEER, model, ...pictured({ prompt: 'abc', images: ['{red}'] }) }))
  const ofCopy = await ask(copy)
  await del('/api/delete', { model: copy })
  return { copy: ofCopy, 'the other after its delete': await ask(models.seer) }
})

/** Long lists may be left out of what a file says. */
const LISTS: Record<string, number[]> = {
  'clip.vision.image_mean': [0, 0, 0],
  'clip.vision.image_std': [1, 1, 1],
}
const listed = ([key, value]: [string, unknown]): [string, unknown] =>
  [null, LISTS[key]].some((one) => isDeepStrictEqual(one, value)) ? [key, 'a list'] : [key, value]

check.alone('images.from', ({ client, post }) => {
  const model = 'conformance/images-from'
  return withModel(client, { model, from: models.seer, system: 'abc' }, async () => {
    const shown = await post('/api/show', { model })
    return {
      says: answer(
        await post('/api/generate', { ...SEER, model, ...pictured({ prompt: 'abc', images: ['{red}'] }) }),
      ),
      projector: Object.fromEntries(Object.entries(shown.json.projector_info ?? {}).map(listed)),
    }
  })
})
