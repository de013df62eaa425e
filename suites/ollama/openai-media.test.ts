import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import type { BodyOf } from '../../harness/wire/answers.ts'
import { formBody } from '../../harness/wire/form.ts'
import { wrong } from './requests.ts'

type Answer = { status: number | undefined; json: { error: { message: string } } }

const refusal = ({ status, json }: Answer) => ({ status, message: json.error?.message })

check('openai-media.routes', async ({ client }) => {
  const there: string[] = []
  for (const path of ['/v1/images/generations', '/v1/images/edits', '/v1/audio/transcriptions']) {
    const { text } = await client.send(wrong({ method: 'POST', path, body: {} }))
    if (text !== '404 page not found') there.push(path)
  }
  return there
})

// Images

const generation = (body: BodyOf<'POST', '/v1/images/generations'>) => ({
  method: 'POST' as const,
  path: '/v1/images/generations' as const,
  body,
})

const edit = (body: BodyOf<'POST', '/v1/images/edits'>) => ({
  method: 'POST' as const,
  path: '/v1/images/edits' as const,
  body,
})

const IMAGE = 'data:image/png;base64,AAAA'
const SHARED = { prompt: 'a', size: '64x64', seed: 1 }

check('openai-media.generations.early', async ({ client }) => {
  const { status, json } = await client.send(generation({ model: 'conformance/nobody', prompt: 'a' }))
  return { status, error: json.error }
})

check('openai-media.generations.refused', async ({ client }) => {
  const model = models.stopper
  return {
    'no prompt': refusal(await client.send(wrong(generation, { model }))),
    'no model': refusal(await client.send(wrong(generation, { prompt: 'a' }))),
  }
})

check('openai-media.generations.unknown-model', async ({ client }) => {
  const body = { ...SHARED, model: 'conformance/nobody', n: 1, response_format: 'b64_json' }
  return refusal(await client.send(generation(body)))
})

check('openai-media.edits.refused', async ({ client }) => {
  const body = { ...SHARED, model: models.stopper }
  return {
    'no image': refusal(await client.send(wrong(edit, body))),
    'no data address': refusal(await client.send(wrong(edit({ ...body, image: 'AAAA' })))),
  }
})

check('openai-media.edits.unknown-model', async ({ client }) => {
  const body = { ...SHARED, model: 'conformance/nobody', image: IMAGE }
  return refusal(await client.send(edit(body)))
})

check('openai-media.generations.text-model', async ({ client }) => {
  const { status, contentType, text } = await client.send(generation({ model: models.stopper, prompt: '7' }))
  return { status, contentType, text }
})

check('openai-media.images.optional', async ({ client }) => {
  const model = 'conformance/nobody'
  return {
    edit: (await client.send(edit({ model, prompt: 'a', image: IMAGE }))).status,
    'edit, seed null': (await client.send(edit({ model, prompt: 'a', image: IMAGE, seed: null }))).status,
    'generation, seed null': (await client.send(generation({ model, prompt: 'a', seed: null }))).status,
  }
})

// Audio

const transcription = (fields: Record<string, string>) => {
  const { contentType, body } = formBody(fields)
  return {
    method: 'POST' as const,
    path: '/v1/audio/transcriptions' as const,
    headers: { 'content-type': contentType },
    body,
  }
}

const AUDIO = { model: models.stopper, file: 'RIFF' }

check('openai-media.transcriptions.refused', async ({ client }) => ({
  JSON: refusal(await client.send(wrong({ method: 'POST', path: '/v1/audio/transcriptions', body: AUDIO }))),
  'no model': refusal(await client.send(wrong(transcription({ file: 'RIFF' })))),
  'no file': refusal(await client.send(wrong(transcription({ model: models.stopper })))),
  'empty file': refusal(await client.send(wrong(transcription({ ...AUDIO, file: '' })))),
}))

check('openai-media.transcriptions.unknown-model', async ({ client }) =>
  refusal(await client.send(transcription({ ...AUDIO, model: 'conformance/nobody' }))),
)

check('openai-media.transcriptions.without-audio', async ({ client }) => {
  const answers = []
  for (const fields of [{}, { response_format: 'text', language: 'en', prompt: 'numbers' }]) {
    const { status, contentType, text } = await client.send(transcription({ ...AUDIO, ...fields }))
    answers.push(status === 200 ? { status, contentType, text: text.trim() } : { status })
  }
  return answers
})
