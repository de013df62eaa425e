import { models } from '../../fixtures/instruments/models.ts'
import { tokenByte } from '../../fixtures/instruments/table-model.ts'
import { check } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import type { Client } from '../../harness/wire/client.ts'
import { generate } from './requests.ts'

type Body = BodyOf<'POST', '/api/generate'>
type Answer = Awaited<ReturnType<typeof generate>>

const ONE = { num_predict: 1 }

/** The text of context tokens: here every token is a byte, and a space is written as `▁` (three of them). */
const textOf = (context: number[]) =>
  Buffer.from(context.flatMap((token) => tokenByte(token) ?? []))
    .toString()
    .replaceAll('▁', ' ')

/**
 * What the model was given, read from `context`, which is that and the answer, in every version. The answer must be
 * one token.
 */
const rendered = ({ status, json }: Answer) =>
  status === 200 ? textOf(json.context.slice(0, -1)) : { status, error: json.error }

/** The prompt `hi` as the model gets it. */
const render = async (client: Client, model: string, body: Partial<Body> = {}) =>
  rendered(await generate(client, { model, prompt: 'hi', options: ONE, ...body }))

const refusal = ({ status, json }: Answer) => ({ status, error: json.error })

// Raw.

for (const [field, value] of Object.entries({ template: '{{ .Prompt }}', system: 'S', context: [100] })) {
  check(`templates.raw.${field}`, async ({ client }) => {
    return refusal(
      await generate(client, {
        model: models.templated,
        prompt: 'hi',
        raw: true,
        options: ONE,
        [field]: value,
      }),
    )
  })
}

check('templates.raw.empty-fields', async ({ client }) => {
  const fields = { raw: true, template: '', system: '', context: [] }
  const { status, json } = await generate(client, {
    model: models.templated,
    prompt: 'hi',
    ...fields,
    options: ONE,
  })
  return { status, response: json.response }
})

check.alone('templates.raw.tokenized', async ({ client }) => {
  const request = { model: models.starter, prompt: 'abc', raw: true, options: ONE }
  // 0.30.0 counts what is not cached, so the prompt is.
  await generate(client, request)
  const { json } = await generate(client, request)
  return { prompt_eval_count: json.prompt_eval_count, context: 'context' in json }
})

check('templates.raw.suffix', async ({ client }) => {
  const fields = { prompt: 'hi', suffix: 'end', raw: true, options: ONE }
  const known = await generate(client, { model: models.infill, ...fields })
  const unknown = await generate(client, { model: models.templated, ...fields })
  return { template_with_suffix: known.json.response, template_without: unknown.status }
})

check('templates.raw.history', async ({ client }) => {
  const raw = await generate(client, { model: models.historian, prompt: 'hi', raw: true, options: ONE })
  const templated = await generate(client, { model: models.historian, prompt: 'hi', options: ONE })
  return { raw: raw.json.response, templated: templated.json.response }
})

// Suffix.

check('templates.suffix.rendered', async ({ client }) => {
  return {
    with: await render(client, models.infill, { suffix: 'end' }),
    without: await render(client, models.infill),
  }
})

check('templates.suffix.unsupported', async ({ client }) => {
  return refusal(
    await generate(client, { model: models.templated, prompt: 'hi', suffix: 'end', options: ONE }),
  )
})

check('templates.suffix.empty', async ({ client }) => {
  return render(client, models.templated, { suffix: '' })
})

check('templates.suffix.system', async ({ client }) => {
  const template = '<{{ .System }}|{{ .Prompt }}^{{ .Suffix }}>'
  return render(client, models.infill, { suffix: 'end', system: 'S', template })
})

check('templates.suffix.request-template', async ({ client }) => {
  const template = '{{ .Prompt }}[{{ .Suffix }}]'
  return {
    model_without: await render(client, models.templated, { suffix: 'end', template }),
    model_with: await render(client, models.infill, { suffix: 'end', template }),
  }
})

// The template.

check('templates.template.default', async ({ client }) => {
  return render(client, models.successor, { system: 'S' })
})

check('templates.template.request', async ({ client }) => {
  return render(client, models.templated, { system: 'S', template: '[{{ .System }}]{{ .Prompt }}!' })
})

check('templates.template.empty', async ({ client }) => {
  return render(client, models.templated, { template: '' })
})

for (const [name, template] of Object.entries({
  unclosed: '{{ .Prompt',
  'unknown-function': '{{ shout .Prompt }}',
  'unknown-variable': '{{ .Prompt }}[{{ .Nobody }}]',
  'empty-action': '{{ }}',
})) {
  check(`templates.template.${name}`, async ({ client }) => {
    return render(client, models.templated, { template })
  })
}

check('templates.template.no-prompt', async ({ client }) => {
  return render(client, models.templated, { template: 'fixed' })
})

check('templates.template.response-cut', async ({ client }) => {
  return render(client, models.templated, { template: '<{{ .Prompt }}>{{ .Response }}after' })
})

check('templates.template.json', async ({ client }) => {
  return render(client, models.templated, { template: '{{ json .Messages }}' })
})

check('templates.template.whitespace', async ({ client }) => {
  return render(client, models.templated, { template: ' \n{{ .Prompt }} \n' })
})

check('templates.template.markup', async ({ client }) => {
  return render(client, models.templated, { prompt: '{{ .System }}<&>', system: 'S' })
})

// System message and history.

check('templates.system.request', async ({ client }) => {
  return {
    without: await render(client, models.templated),
    with: await render(client, models.templated, { system: 'S' }),
  }
})

check('templates.system.overrides', async ({ client }) => {
  return render(client, models.historian, { system: 'S' })
})

check('templates.system.empty', async ({ client }) => {
  return render(client, models.historian, { system: '' })
})

check('templates.history.messages', async ({ client }) => {
  return render(client, models.historian)
})

check('templates.history.turns', async ({ client }) => {
  return render(client, models.historian, { template: '<{{ .System }}|{{ .Prompt }}>{{ .Response }};' })
})

// Context.

check.alone('templates.context.continues', async ({ client }) => {
  const first = await generate(client, {
    model: models.templated,
    prompt: 'hi',
    options: { num_predict: 3 },
  })
  const { context } = first.json
  const second = await generate(client, { model: models.templated, prompt: 'ho', context, options: ONE })
  return {
    first: textOf(context),
    second: rendered(second),
    counts_add_up: second.json.prompt_eval_count === context.length + '<|ho>'.length,
  }
})

check.alone('templates.context.bos', async ({ client }) => {
  const first = await generate(client, { model: models.starter, prompt: 'abc', options: ONE })
  const { context } = first.json
  const second = await generate(client, { model: models.starter, prompt: 'abc', context, options: ONE })
  return { context: context.length, prompt_eval_count: second.json.prompt_eval_count }
})

check('templates.context.history', async ({ client }) => {
  return {
    context: await render(client, models.historian, { context: [100, 101] }),
    empty_context: await render(client, models.historian, { context: [] }),
  }
})

check('templates.context.request-template', async ({ client }) => {
  return render(client, models.templated, { context: [100, 101], template: '[{{ .Prompt }}]' })
})

check('templates.context.suffix', async ({ client }) => {
  return render(client, models.infill, { context: [100, 101], suffix: 'end' })
})

// Versions without llama-server must never get this: it ends their process.
check('templates.context.unknown-token', async ({ client }) => {
  const request = { model: models.templated, prompt: 'hi', context: [1_000_000], options: ONE }
  return (await generate(client, request)).status
})
