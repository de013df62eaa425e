import { expect, test } from 'vitest'
import { loadLedger, type Statement } from '../ledger/ledger.ts'
import { isObject, type JsonSchema, resolve, sourceOf } from './references.ts'
import {
  type Bodies,
  filesOf,
  type Route,
  responsesElsewhere,
  responsesEverywhere,
  routesOf,
} from './routes.ts'

const statements = [...loadLedger().values()]

/** Whether a schema has a place: properties by their names, items of arrays and branches without one. */
function has(schema: unknown, path: string[]): boolean {
  if (!isObject(schema)) return false
  const [name, ...rest] = path
  if (name === undefined) return true
  const { properties, items, additionalProperties, anyOf } = schema
  const property = isObject(properties) ? properties[name] : undefined
  if (property !== undefined && has(property, rest)) return true
  if (has(items, path)) return true
  if (isObject(additionalProperties) && has(additionalProperties, rest)) return true
  return Array.isArray(anyOf) && anyOf.some((branch) => has(branch, path))
}

const whole = (file: string): JsonSchema => resolve(sourceOf(file), file)
const bodiesOf = ({ responses }: Route): Bodies[] =>
  Object.values(responses).flatMap((types) => Object.values(types))

const routesFor = ({ system, about }: Statement): Route[] =>
  routesOf(system).filter(({ path, methods }) =>
    about.endpoints.some((endpoint) => methods.some((method) => endpoint === `${method} ${path}`)),
  )

/** What is wrong with what a row is about; undefined when nothing is. */
function problemOf(statement: Statement): string | undefined {
  const { system, about } = statement
  if (about.endpoints.length === 0) return 'is about no endpoint'
  const known = routesOf(system).flatMap(({ path, methods }) => methods.map((method) => `${method} ${path}`))
  const stranger = about.endpoints.find((one) => one !== 'any' && !known.includes(one))
  if (stranger) return `${stranger} is no route`
  const routes = about.endpoints.includes('any') ? routesOf(system) : routesFor(statement)
  const path = about.field?.split('.')
  if (path && !routes.some(({ request }) => request.endsWith('.json') && has(whole(request), path)))
    return `no request has the field ${about.field}`
  const answer = about.answer?.split('.')
  if (
    answer &&
    !routes.some((route) =>
      bodiesOf(route).some((bodies) => filesOf(bodies).some((file) => has(whole(file), answer))),
    )
  )
    return `no answer has the field ${about.answer}`
  const statuses = [
    ...routes.map(({ responses }) => responses),
    responsesEverywhere(system),
    responsesElsewhere(system),
  ]
  const { status } = about
  if (status && !statuses.some((one) => status in one || `${Math.floor(status / 100)}xx` in one))
    return `no route answers ${status}`
  return undefined
}

test('every row is about endpoints, fields and statuses that there are', () => {
  const problems = statements.flatMap((statement) => {
    const problem = problemOf(statement)
    return problem ? [`${statement.place}: ${statement.id}: ${problem}`] : []
  })
  expect(problems).toEqual([])
})
