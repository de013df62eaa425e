import { expect, test } from 'vitest'
import { formBody, formFields } from './form.ts'

const fields = { model: 'm', file: 'RIFF\r\n--', prompt: '' }

test('a form is read as it was written', async () => {
  const { contentType, body } = formBody(fields)
  expect(formFields(contentType, body)).toEqual(fields)
})

test('a form is what others read, with the file as a file', async () => {
  const { contentType, body } = formBody(fields)
  const form = await new Response(body, { headers: { 'content-type': contentType } }).formData()
  expect(form.get('model')).toBe('m')
  expect(form.get('prompt')).toBe('')
  expect(await (form.get('file') as File).text()).toBe('RIFF\r\n--')
})

test('what is no form has no fields', () => {
  expect(formFields('application/json', '{}')).toBeUndefined()
})
