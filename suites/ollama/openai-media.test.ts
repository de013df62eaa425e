import { models } from '../../fixtures/instruments/models.ts'
import { check } from '../../harness/run/check.ts'
import { formBody } from '../../harness/wire/form.ts'
import { askEach, outcome } from '../answers.ts'

const nobody = 'conformance/nobody'

check('openai-media.routes', async ({ post }) => {
  const there: string[] = []
  for (const path of ['/v1/images/generations', '/v1/images/edits', '/v1/audio/transcriptions']) {
    const { text } = await post.wrong(path, {})
    if (text !== '404 page not found') there.push(path)
  }
  return there
})

// Images

const IMAGE = 'data:image/png;base64,AAAA'
const SMALL = { prompt: 'a', size: '64x64', seed: 1 }

check('openai-media.generations.early', async ({ post }) => {
  const { status, json } = await post('/v1/images/generations', { model: nobody, prompt: 'a' })
  return { status, error: json.error }
})

check('openai-media.generations.refused', async ({ post }) => ({
  'no prompt': outcome(await post.wrong('/v1/images/generations', { model: models.stopper })),
  'no model': outcome(await post.wrong('/v1/images/generations', { prompt: 'a' })),
}))

check('openai-media.generations.unknown-model', async ({ post }) =>
  outcome(
    await post('/v1/images/generations', { model: nobody, ...SMALL, n: 1, response_format: 'b64_json' }),
  ),
)

check('openai-media.generations.text-model', async ({ post }) => {
  const answer = await post('/v1/images/generations', { model: models.stopper, prompt: '7' })
  return { status: answer.status, content_type: answer.contentType, text: answer.text }
})

check('openai-media.edits.refused', async ({ post }) => ({
  'no image': outcome(await post.wrong('/v1/images/edits', { model: models.stopper, ...SMALL })),
  'no data address': outcome(
    await post.wrong('/v1/images/edits', { model: models.stopper, ...SMALL, image: 'AAAA' }),
  ),
}))

check('openai-media.edits.unknown-model', async ({ post }) =>
  outcome(await post('/v1/images/edits', { model: nobody, ...SMALL, image: IMAGE })),
)

check('openai-media.images.optional', async ({ post }) => {
  const least = { model: nobody, prompt: 'a' }
  return {
    edit: outcome(await post('/v1/images/edits', { ...least, image: IMAGE })),
    'edit, seed null': outcome(await post('/v1/images/edits', { ...least, image: IMAGE, seed: null })),
    'generation, seed null': outcome(await post('/v1/images/generations', { ...least, seed: null })),
  }
})

// Audio

/** A form as a body, which the types know by its fields, and the header that says so. */
const form = (fields: Record<string, string>) => {
  const { contentType, body } = formBody(fields)
  return [body as never, { headers: { 'content-type': contentType } }] as const
}

const AUDIO = { model: models.stopper, file: 'RIFF' }

check('openai-media.transcriptions.refused', async ({ post }) => ({
  JSON: outcome(await post.wrong('/v1/audio/transcriptions', AUDIO)),
  'no model': outcome(await post.wrong('/v1/audio/transcriptions', ...form({ file: 'RIFF' }))),
  'no file': outcome(await post.wrong('/v1/audio/transcriptions', ...form({ model: models.stopper }))),
  'empty file': outcome(await post.wrong('/v1/audio/transcriptions', ...form({ ...AUDIO, file: '' }))),
}))

check('openai-media.transcriptions.unknown-model', async ({ post }) =>
  outcome(await post('/v1/audio/transcriptions', ...form({ ...AUDIO, model: nobody }))),
)

check('openai-media.transcriptions.without-audio', ({ post }) =>
  askEach(
    { plain: {}, 'as text': { response_format: 'text', language: 'en', prompt: 'numbers' } },
    async (fields) => {
      const { status, contentType, text } = await post(
        '/v1/audio/transcriptions',
        ...form({ ...AUDIO, ...fields }),
      )
      return status === 200 ? { status, content_type: contentType, text: text.trim() } : { status }
    },
  ),
)
