import { readFileSync } from 'node:fs'
import SwaggerParser from '@apidevtools/swagger-parser'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { fromRoot } from '../base/paths.ts'
import { recordedVersions } from '../recording/recording.ts'
import { operationsOf } from '../schema/routes.ts'
import { VOCABULARY } from '../schema/specialise.ts'

type MediaType = { schema: object; examples?: Record<string, { value: unknown }> }
type Body = { content?: Record<string, MediaType> }
type Operation = { requestBody?: Body; responses: Record<string, Body> }
type Document = { paths: Record<string, Record<string, Operation>>; components: { schemas: object } }

describe.each(recordedVersions('ollama'))('the OpenAPI document of %s', (version) => {
  const read = () => JSON.parse(readFileSync(fromRoot(`openapi/ollama-${version}.json`), 'utf8')) as Document

  test('is valid to two tools that others wrote', async () => {
    expect(await new Validator().validate(read())).toMatchObject({ valid: true })
    await SwaggerParser.validate(read() as never)
  })

  test('has every route', () => {
    const operations = Object.entries(read().paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    )
    expect(operations.sort()).toEqual(operationsOf('ollama', version).sort())
  })

  test('has an example for every operation with a body, and every example fits its schema', () => {
    const { paths, components } = read()
    const ajv = new Ajv2020({ strict: false })
    ajv.addVocabulary(VOCABULARY)
    ajv.addSchema({ $id: 'document', components })
    const bare: string[] = []
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, { requestBody, responses }] of Object.entries(operations)) {
        const media = [requestBody, ...Object.values(responses)].flatMap((body) =>
          Object.entries(body?.content ?? {}),
        )
        for (const [type, { examples }] of media) {
          for (const [name, { value }] of Object.entries(examples ?? {})) {
            const accepts = ajv.getSchema(`document#/components/schemas/${name}`)
            expect(accepts?.(value), `${method} ${path} ${type} ${name}`).toBe(true)
          }
        }
        if (media.length > 0 && !media.some(([, { examples }]) => examples)) bare.push(`${method} ${path}`)
      }
    }
    expect(bare).toEqual([])
  })
})
