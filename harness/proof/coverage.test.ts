import { describe, expect, test } from 'vitest'
import { SYSTEMS } from '../base/systems.ts'
import { recordedVersions } from '../recording/recording.ts'
import { schemaFiles } from '../schema/files.ts'
import { type Route, routeOf, routesOf } from '../schema/routes.ts'
import { describeProblem, validateMessage } from '../schema/validate.ts'
import { evidenceOf } from './evidence.ts'
import { recordedMessages } from './messages.ts'

const recordings = SYSTEMS.flatMap((system) =>
  recordedVersions(system).map((version) => ({
    system,
    version,
    messages: recordedMessages(system, version),
  })),
)

/** The method and path of each of its operations. */
const namesOf = ({ methods, path }: Route) => methods.map((method) => `${method} ${path}`)

describe.each(recordings)('the recording of $system $version', ({ system, version, messages }) => {
  const listed = routesOf(system, version).flatMap(namesOf)

  test('answers every route', () => {
    const answered = messages
      .filter(({ message }) => message.part !== 'request')
      .map(({ message: { method, path } }) => `${method} ${routeOf(system, version, method, path)?.path}`)
    expect(listed.filter((route) => !answered.includes(route))).toEqual([])
  })

  test('holds only messages that fit their schemas', () => {
    const problems = messages.flatMap(({ statement, message }) =>
      validateMessage(message).map((problem) => `${statement}: ${describeProblem(problem)}`),
    )
    expect(problems).toEqual([])
  })
})

describe.each(SYSTEMS)('the schemas of %s', (system) => {
  const evidence = evidenceOf(
    schemaFiles(system),
    recordings.filter((recording) => recording.system === system),
  )

  test('describe nothing that no recording shows, unless they say why', () => {
    expect(evidence.unseen).toEqual([])
  })

  test('say of nothing that a recording shows that it cannot be seen', () => {
    expect(evidence.seenAfterAll).toEqual([])
  })

  test('have a recording on either side of each change within the recorded versions', () => {
    expect(evidence.oneSided).toEqual([])
  })
})
