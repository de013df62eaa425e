import { describe, expect, test } from 'vitest'
import type { Message } from '../schema/validate.ts'
import { evidenceOf } from './evidence.ts'

const recording = (version: string, ...bodies: unknown[]) => ({
  version,
  messages: bodies.map((body) => ({
    statement: 'a.b',
    schema: 'ollama/embed/request.json',
    index: 0,
    message: { version, body } as Message,
  })),
})
const ofDimensions = (list: string[]) => list.filter((claim) => claim.includes('dimensions'))

// `dimensions` is there since 0.11.11.
describe('a property with a range', () => {
  test('is unseen when no recording has it', () => {
    const { unseen } = evidenceOf(['ollama/embed/request.json'], [recording('0.32.15', { model: 'm' })])
    expect(ofDimensions(unseen)).toEqual([
      'ollama/embed/request.json#/properties/dimensions (0.11.11 and up)',
    ])
  })

  test('is one-sided when no message shows that it was missing before', () => {
    const evidence = evidenceOf(
      ['ollama/embed/request.json'],
      [recording('0.7.1'), recording('0.32.15', { model: 'm', dimensions: 6 })],
    )
    expect(ofDimensions(evidence.unseen)).toEqual([])
    expect(ofDimensions(evidence.oneSided)).toEqual([
      'ollama/embed/request.json#/properties/dimensions: before 0.11.11',
    ])
  })

  test('is proven by a message on either side', () => {
    const evidence = evidenceOf(
      ['ollama/embed/request.json'],
      [recording('0.7.1', { model: 'm' }), recording('0.32.15', { model: 'm', dimensions: 6 })],
    )
    expect(ofDimensions([...evidence.unseen, ...evidence.oneSided])).toEqual([])
  })

  test('need not be shown where no recorded version has it', () => {
    const { unseen } = evidenceOf(['ollama/embed/request.json'], [recording('0.7.1', { model: 'm' })])
    expect(ofDimensions(unseen)).toEqual([])
  })

  test('needs nothing before the first version of what it is in', () => {
    const body = { type: 'message_delta', usage: { input_tokens: 1 } }
    const schema = 'ollama/messages/event-message-delta.json'
    const messages = [{ statement: 'a.b', index: 0, schema, message: { version: '0.16.3', body } as Message }]
    const { oneSided } = evidenceOf([schema], [recording('0.7.1'), { version: '0.16.3', messages }])
    // The event is there since 0.14.0, the number since 0.15.5.
    expect(oneSided).toEqual([])
  })
})
