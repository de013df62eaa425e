import { models } from '../../fixtures/instruments/models.ts'
import { tokenByte } from '../../fixtures/instruments/table-model.ts'
import { check } from '../../harness/run/check.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import { askEach, outcome } from '../answers.ts'
import { GREEDY } from './requests.ts'

/** One token is asked for, so that all of `context` but its last is what the model was given. */
const ONE = { ...GREEDY, num_predict: 1 }
const HI = { model: models.templated, prompt: 'hi', stream: false, options: ONE }

/** The text of context tokens: here every token is a byte, and a space is written as `▁` (three of them). */
const textOf = (context: number[]) =>
  Buffer.from(context.flatMap((token) => tokenByte(token) ?? []))
    .toString()
    .replaceAll('▁', ' ')

/** What the model was given, read from `context`, which is that and the answer, in every version. */
const rendered = (exchange: Exchange) =>
  exchange.status === 200 ? textOf(exchange.json.context.slice(0, -1)) : outcome(exchange)

// Raw: the prompt without a template

check('templates.raw.template', async ({ post }) =>
  outcome(await post('/api/generate', { ...HI, raw: true, template: '{{ .Prompt }}' })),
)

check('templates.raw.system', async ({ post }) =>
  outcome(await post('/api/generate', { ...HI, raw: true, system: 'S' })),
)

check('templates.raw.context', async ({ post }) =>
  outcome(await post('/api/generate', { ...HI, raw: true, context: [100] })),
)

check('templates.raw.empty-fields', async ({ post }) => {
  const empty = { template: '', system: '', context: [] }
  const { status, json } = await post('/api/generate', { ...HI, raw: true, ...empty })
  return { status, response: json.response }
})

check.alone('templates.raw.tokenized', async ({ post }) => {
  const request = { model: models.starter, prompt: 'abc', raw: true, stream: false, options: ONE }
  // 0.30.0 counts what is not cached, so the prompt is.
  await post('/api/generate', request)
  const { json } = await post('/api/generate', request)
  return { prompt_eval_count: json.prompt_eval_count, context: 'context' in json }
})

check('templates.raw.suffix', async ({ post }) => {
  const request = { ...HI, raw: true, suffix: 'end' }
  const known = await post('/api/generate', { ...request, model: models.infill })
  const unknown = await post('/api/generate', { ...request, model: models.templated })
  return { template_with_suffix: known.json.response, template_without: unknown.status }
})

check('templates.raw.history', async ({ post }) => {
  const raw = await post('/api/generate', { ...HI, model: models.historian, raw: true })
  const templated = await post('/api/generate', { ...HI, model: models.historian })
  return { raw: raw.json.response, templated: templated.json.response }
})

// Suffix: the text after the place to fill in

check('templates.suffix.rendered', async ({ post }) => ({
  with: rendered(await post('/api/generate', { ...HI, model: models.infill, suffix: 'end' })),
  without: rendered(await post('/api/generate', { ...HI, model: models.infill })),
}))

check('templates.suffix.unsupported', async ({ post }) =>
  outcome(await post('/api/generate', { ...HI, suffix: 'end' })),
)

check('templates.suffix.empty', async ({ post }) =>
  rendered(await post('/api/generate', { ...HI, suffix: '' })),
)

check('templates.suffix.system', async ({ post }) => {
  const template = '<{{ .System }}|{{ .Prompt }}^{{ .Suffix }}>'
  const request = { ...HI, model: models.infill, suffix: 'end', system: 'S', template }
  return rendered(await post('/api/generate', request))
})

check('templates.suffix.request-template', async ({ post }) => {
  const request = { ...HI, suffix: 'end', template: '{{ .Prompt }}[{{ .Suffix }}]' }
  return {
    model_without: rendered(await post('/api/generate', { ...request, model: models.templated })),
    model_with: rendered(await post('/api/generate', { ...request, model: models.infill })),
  }
})

// The template

check.each('templates.template.*', async ({ post, given }) =>
  rendered(await post('/api/generate', { ...HI, ...given })),
)

// System message and history

check('templates.system.request', async ({ post }) => ({
  without: rendered(await post('/api/generate', HI)),
  with: rendered(await post('/api/generate', { ...HI, system: 'S' })),
}))

check('templates.system.overrides', async ({ post }) =>
  rendered(await post('/api/generate', { ...HI, model: models.historian, system: 'S' })),
)

check('templates.system.empty', async ({ post }) =>
  rendered(await post('/api/generate', { ...HI, model: models.historian, system: '' })),
)

check('templates.history.messages', async ({ post }) =>
  rendered(await post('/api/generate', { ...HI, model: models.historian })),
)

check('templates.history.turns', async ({ post }) => {
  const template = '<{{ .System }}|{{ .Prompt }}>{{ .Response }};'
  return rendered(await post('/api/generate', { ...HI, model: models.historian, template }))
})

// Context: the tokens of an earlier answer

check.alone('templates.context.continues', async ({ post }) => {
  const first = await post('/api/generate', { ...HI, options: { ...GREEDY, num_predict: 3 } })
  const { context } = first.json
  const second = await post('/api/generate', { ...HI, prompt: 'ho', context })
  return {
    first: textOf(context),
    second: rendered(second),
    counts_add_up: second.json.prompt_eval_count === context.length + '<|ho>'.length,
  }
})

check.alone('templates.context.bos', async ({ post }) => {
  const request = { ...HI, model: models.starter, prompt: 'abc' }
  const { context } = (await post('/api/generate', request)).json
  const { json } = await post('/api/generate', { ...request, context })
  return { context: context.length, prompt_eval_count: json.prompt_eval_count }
})

check('templates.context.history', async ({ post }) => ({
  context: rendered(await post('/api/generate', { ...HI, model: models.historian, context: [100, 101] })),
  empty_context: rendered(await post('/api/generate', { ...HI, model: models.historian, context: [] })),
}))

check('templates.context.request-template', async ({ post }) =>
  rendered(await post('/api/generate', { ...HI, context: [100, 101], template: '[{{ .Prompt }}]' })),
)

check('templates.context.suffix', async ({ post }) => {
  const request = { ...HI, model: models.infill, context: [100, 101], suffix: 'end' }
  return rendered(await post('/api/generate', request))
})

// Versions without llama-server must never get this: it ends their process.
check(
  'templates.context.unknown-token',
  async ({ post }) => (await post('/api/generate', { ...HI, context: [1_000_000] })).status,
)

check('templates.think', ({ post, given }) =>
  askEach(given, async (think: boolean | string | undefined) => {
    const answer = await post.wrong('/api/generate', {
      model: models.thinker,
      prompt: 'p',
      ...(think === 'absent' ? {} : { think }),
      template: '{{ .IsThinkSet }} {{ .Think }} {{ .ThinkLevel }}',
      stream: false,
      options: GREEDY,
      _debug_render_only: true,
    })
    return answer.json._debug_info?.rendered_template
  }),
)
