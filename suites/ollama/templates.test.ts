import { isNamed, models } from '../../fixtures/instruments/models.ts'
import { tokenByte } from '../../fixtures/instruments/table-model.ts'
import { check } from '../../harness/run/check.ts'
import type { Exchange } from '../../harness/wire/exchange.ts'
import { askEach, outcome } from '../answers.ts'
import { withModel } from './loaded.ts'
import { GREEDY, user } from './requests.ts'

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

check.alone('templates.think-suffix', ({ client, post, given }) => {
  const model = 'conformance/templates-think'
  const told = '[{{ .Think }} {{ .ThinkLevel }} {{ .IsThinkSet }}]'
  const turns =
    '{{ range .Messages }}{{ if .Thinking }}<think>{{ .Thinking }}</think>{{ end }}{{ .Content }}{{ end }}'
  const template = `{{ if .Suffix }}{{ .Prompt }}^{{ .Suffix }}${told}{{ else }}${turns}{{ end }}`
  return withModel(client, { model, from: models.harmonist, template }, () =>
    askEach(given, async (think: boolean | string) => {
      const answer = await post.wrong('/api/generate', {
        ...HI,
        model,
        suffix: 'end',
        ...(think === 'absent' ? {} : { think }),
        _debug_render_only: true,
      })
      return answer.json._debug_info?.rendered_template
    }),
  )
})

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

// What a template may say of tools, and what is read from a template without running it

const ANY = { type: 'object', description: 'D' }
/** A tool with a parameter of every type. */
const TYPED = {
  type: 'function' as const,
  function: {
    name: 'f',
    description: 'F',
    parameters: {
      type: 'object',
      required: ['a'],
      properties: {
        a: { type: 'string' },
        b: { type: 'number' },
        c: { type: 'integer' },
        d: { type: 'boolean' },
        e: { type: 'array' },
        f: ANY,
        g: { type: 'null' },
        h: { type: 'date' },
        i: { type: ['string', 'null'] },
        j: { anyOf: [{ type: 'string' }, { type: ['integer', 'boolean'] }] },
        k: { description: 'D' },
      },
    },
  },
}

check.alone.each('templates.tools.*', ({ client, post, given: template }) => {
  const model = 'conformance/templates-tools'
  return withModel(client, { model, from: models.templated, template }, async () => {
    const body = { model, messages: [user('hi')], tools: [TYPED], stream: false, _debug_render_only: true }
    const answer = await post('/api/chat', body)
    return answer.status === 200 ? answer.json._debug_info?.rendered_template : outcome(answer)
  })
})

check.alone.each('templates.capabilities.*', ({ client, get, post, given: template }) => {
  const model = 'conformance/templates-capabilities'
  return withModel(client, { model, from: models.templated, template }, async () => {
    const listed = (await get('/api/tags')).json.models.filter(isNamed(model))[0]
    const shown = (await post('/api/show', { model })).json
    return { shown: shown.capabilities, listed: listed?.capabilities }
  })
})

// The same for a model without a template, whose prompts take another way

check.each('templates.raw-bare.*', async ({ post, given }) =>
  outcome(await post.wrong('/api/generate', { ...HI, model: models.successor, raw: true, ...given })),
)

check.alone.each('templates.context-empty.*', ({ client, post, given }) => {
  const model = 'conformance/templates-history'
  const messages = [user('hi'), { role: 'assistant' as const, content: 'ho' }]
  return withModel(client, { model, from: models.successor, messages, ...given }, () =>
    askEach({ absent: {}, null: { context: null }, empty: { context: [] } }, async (more) =>
      rendered(await post.wrong('/api/generate', { ...HI, model, prompt: 'a', ...more })),
    ),
  )
})

check.each('templates.context-whole.*', async ({ post, given }) => {
  const body = { stream: false, options: { temperature: 0, num_predict: 20 }, ...given }
  const { status, json } = await post('/api/generate', body)
  const { response, thinking, tool_calls, context } = json
  return status === 200 ? { response, thinking, tool_calls, context } : json
})
