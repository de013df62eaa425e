import { expect, test } from 'vitest'
import { models } from '../../fixtures/instruments/models.ts'
import { Exchange } from '../wire/exchange.ts'
import { unlikeKnown } from './known-answers.ts'
import { unlikeFiles } from './known-models.ts'

function answered(path: string, body: object, answer: object): Exchange {
  const exchange = new Exchange({ method: 'POST', path, body })
  exchange.status = 200
  exchange.headers = [['Content-Type', 'application/json; charset=utf-8']]
  exchange.chunks.push({ t: 0, bytes: Buffer.from(JSON.stringify(answer)) })
  exchange.end = 'complete'
  return exchange
}

const ASKED = {
  model: models.successor,
  prompt: 'abc',
  raw: true,
  stream: false,
  options: { temperature: 0, num_predict: 3 },
}
const SAID = { response: 'def', done: true, done_reason: 'length', prompt_eval_count: 3, eval_count: 3 }

const wrong = (changed: object, asked: object = {}) =>
  unlikeKnown(answered('/api/generate', { ...ASKED, ...asked }, { ...SAID, ...changed }), '0.24.0').map(
    ({ found, rule }) => `${found}; ${rule}`,
  )

test('an answer of a model with known answers is what it says', () => {
  expect(wrong({})).toEqual([])
  expect(wrong({ response: 'deg' })).toEqual([
    '"deg"; one token follows from the other, as conformance/successor does',
  ])
  expect(wrong({ eval_count: 2, done_reason: 'stop' })).toHaveLength(2)
  expect(wrong({ eval_count: 4 })).toEqual(['"length"; 4 tokens are not the limit of 3'])
  expect(wrong({ done_reason: 'stop' })).toEqual([
    '"stop"; goes on until a limit, as conformance/successor does',
  ])
  expect(wrong({ prompt_eval_count: 4 })).toEqual([
    '4; the prompt has 3 tokens, as conformance/successor does',
  ])
})

test('a context is the tokens of prompt and answer', () => {
  const context = [...Buffer.from('abcdef')].map((byte) => byte + 3)
  expect(wrong({ context }, { raw: false })).toEqual([])
  expect(wrong({ context: context.with(1, 7) }, { raw: false })).toHaveLength(1)
  expect(wrong({}, { raw: false })).toEqual(['nothing; there is a context, as conformance/successor does'])
})

test('what a request changes of it is left to the checks', () => {
  expect(wrong({ response: 'x' }, { stop: ['d'] })).toEqual([])
  expect(wrong({ response: 'x' }, { model: 'somebody' })).toEqual([])
})

test('a vector of the embedder has length 1, and there is one for each input', () => {
  const embedded = (embeddings: number[][]) =>
    unlikeKnown(
      answered('/api/embed', { model: models.embedder, input: ['a', 'b'] }, { embeddings }),
      '0.24.0',
    )
  const unit = (at: number) => Array.from({ length: 32 }, (_, index) => Number(index === at))
  expect(embedded([unit(4), unit(5)])).toEqual([])
  expect(embedded([unit(4)])).toHaveLength(1)
  expect(embedded([unit(4), unit(5).with(0, 1)])).toHaveLength(1)
  expect(embedded([unit(4), unit(5).slice(1)])).toHaveLength(1)
})

const DETAILS = {
  parent_model: '',
  format: 'gguf',
  family: 'llama',
  families: ['llama'],
  parameter_size: '182K',
  quantization_level: 'unknown',
}

test('what is listed of a model is what is in its file', () => {
  const listed = (changed: object) => {
    const exchange = answered(
      '/api/tags',
      {},
      {
        models: [
          {
            name: 'conformance/successor:latest',
            model: 'conformance/successor:latest',
            details: { ...DETAILS, ...changed },
          },
        ],
      },
    )
    return unlikeFiles(exchange).map(({ place }) => place)
  }
  expect(listed({})).toEqual([])
  expect(listed({ family: 'lama' })).toEqual(['/models/0/details/family'])
  expect(listed({ families: ['llama', 'llama'] })).toEqual(['/models/0/details/families'])
  expect(listed({ parameter_size: '7B' })).toEqual(['/models/0/details/parameter_size'])
})
