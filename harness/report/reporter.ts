import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type {
  Reporter,
  SerializedError,
  TestCase,
  TestModule,
  TestProject,
  TestRunEndReason,
  TestSpecification,
  Vitest,
} from 'vitest/node'
import { messageOf } from '../base/errors.ts'
import { CODE, fromRoot, PACKAGED, reportFolder } from '../base/paths.ts'
import type { System } from '../base/systems.ts'
import { inRange } from '../base/versions.ts'
import { loadKnownFailures } from '../ledger/known-failures.ts'
import { compiledLedger } from '../ledger/compiled.ts'
import type { Ledger, Statement } from '../ledger/ledger.ts'
import { operationsOf } from '../schema/routes.ts'
import { mergeRecording, type StoredArea, writeRecording } from '../recording/recording.ts'
import { NEVER_PROBED } from '../run/served.ts'
import type { Session } from '../run/session.ts'
import type { Status, Verdict } from '../run/verdict.ts'
import { gradeLines, gradeOf } from './grade.ts'
import { junit } from './junit.ts'
import { messageLines } from './messages.ts'
import { writeReport } from './pages.ts'
import { Progress } from './progress.ts'
import { commonReasons, Reasons } from './reasons.ts'
import {
  isRed,
  judgeAll,
  type MessageResult,
  type Results,
  type ServerFacts,
  STATUSES,
  type StatementResult,
} from './results.ts'

/** The rows of the ledger; none where it is broken, of which the set-up tells. */
async function rows(): Promise<Statement[]> {
  try {
    return [...(await compiledLedger()).values()]
  } catch {
    return []
  }
}

/** Writes results, and the recording when one was asked for; fails the run where silence would look green. */
export default class ConformanceReporter implements Reporter {
  #vitest!: Vitest
  #progress: Progress | undefined
  readonly #reasons = new Reasons()
  readonly #problems: string[] = []

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  async onTestRunStart(specifications: readonly TestSpecification[]): Promise<void> {
    const suites = new Set(
      specifications.map(({ project, moduleId }) => `${project.name}/${nameOf(moduleId)}`),
    )
    const { testNamePattern } = this.#vitest.config
    const meant = (await rows()).filter(
      ({ id, system, area, excluded }) =>
        !excluded && suites.has(`${system}/${area}`) && (testNamePattern?.test(id) ?? true),
    )
    this.#progress = Progress.on(this.#vitest.logger.outputStream, meant.length)
  }

  onTestCaseResult(test: TestCase): void {
    const verdict = test.meta().verdict
    if (!verdict) return
    const { id, status, message, exchanges } = verdict
    const common = verdict.gone
      ? undefined
      : this.#reasons.count({ id, status, message, evidence: exchanges })
    if (common) this.#say(common)
    this.#progress?.count(test.result().state === 'failed' && status === 'pass' ? 'fail' : status)
  }

  async onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): Promise<void> {
    this.#progress?.end()
    if (reason === 'interrupted') return
    try {
      const ledger = await compiledLedger()
      for (const module of modules) this.#compareWithLedger(module, ledger)
      for (const project of new Set(modules.map(({ project }) => project))) {
        const ofProject = modules.filter((module) => module.project === project)
        this.#write(project, ofProject, ledger, errors.length > 0)
      }
    } catch (error) {
      this.#problems.push(messageOf(error))
    }
    for (const problem of this.#problems) this.#say(`error: ${problem}`)
    if (this.#problems.length > 0) process.exitCode = 1
  }

  #print(line: string): void {
    this.#vitest.logger.log(line)
  }

  #say(line: string): void {
    this.#vitest.logger.log(`ollama-conformance: ${line}`)
  }

  /** Every row of an area has a check in the suite of that name. */
  #compareWithLedger(module: TestModule, ledger: Ledger): void {
    if (!module.ok() && [...module.children.allTests()].length === 0) return
    const system = module.project.name
    const area = areaOf(module)
    const isHere = (statement: Statement | undefined) =>
      statement?.system === system && statement.area === area
    const checked = new Set([...module.children.allTests()].map(({ name }) => name))
    for (const statement of ledger.values()) {
      const { id, place, excluded } = statement
      if (isHere(statement) && !excluded && !checked.has(id)) {
        this.#problems.push(
          `${place}: ${id} has no check; write one in suites/${system}/${area}.test.ts, or say why not: excluded`,
        )
      }
    }
    for (const id of checked) {
      if (!isHere(ledger.get(id))) {
        this.#problems.push(
          `${module.relativeModuleId}: ${id} is a statement of another area (${ledger.get(id)?.place})`,
        )
      }
    }
  }

  #write(project: TestProject, modules: TestModule[], ledger: Ledger, broken: boolean): void {
    const session = (project.getProvidedContext() as { session?: Session }).session
    if (!session) return
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const statements = tests.flatMap((test) => result(test, ledger) ?? [])
    const verdicts = tests.flatMap((test) => test.meta().verdict ?? [])
    const validationMs = verdicts.map((verdict) => verdict.validationMs).reduce((a, b) => a + b, 0)
    const messages = judgeAll(verdicts, session)
    const totals = Object.fromEntries(
      STATUSES.map((status) => [status, statements.filter((one) => one.status === status).length]),
    ) as Record<Status, number>
    const stopped = stoppedBecause(verdicts)
    if (stopped) this.#problems.push(stopped)
    const ran = statements.length - totals['not-applicable']
    if (ran === 0) this.#problems.push(`no check ran on ${session.system} ${session.version}`)
    const areas = new Set(modules.map(areaOf))
    const complete =
      !this.#vitest.config.testNamePattern && suiteAreas(session.system).every((area) => areas.has(area))
    if (complete) {
      this.#checkKnownFailures(session, statements, messages)
      this.#checkAreas(session, areas, ledger)
    }

    const { user, system } = process.cpuUsage()
    const results: Results = {
      suite: suiteVersion(),
      target: { system: session.system, kind: session.kind, version: session.version, label: session.label },
      ...(session.served ? { server: factsOf(session, session.served) } : {}),
      startedAt: session.startedAt,
      durationMs: Date.now() - Date.parse(session.startedAt),
      cpuMs: Math.round((user + system) / 1000),
      peakMb: Math.round(process.resourceUsage().maxRSS / 1024),
      validationMs: Math.round(validationMs),
      totals,
      ...(stopped ? { stopped } : {}),
      statements,
      messages,
    }
    if (session.served) results.grade = gradeOf(results, ledger)
    const folder = reportFolder(folderName(session))
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'results.json'), `${JSON.stringify(results, null, 1)}\n`)
    writeFileSync(join(folder, 'junit.xml'), junit(results, ledger))
    writeReport({ file: join(folder, 'results.json'), results }, ledger)
    const counts = STATUSES.filter((status) => totals[status] > 0).map(
      (status) => `${totals[status]} ${status}`,
    )
    for (const line of messages.flatMap((message) => messageLines(message, session))) this.#print(line)
    this.#say(`${session.system} ${session.version} (${session.kind}): ${counts.join(', ') || 'nothing'}`)
    for (const { reason, ids } of commonReasons(
      statements.filter((one) => !stopped?.startsWith(one.message)),
    ))
      this.#say(`${ids.length} checks for one reason: ${reason} (${ids[0]}, …)`)
    const met = Map.groupBy(messages, ({ status }) => status)
    this.#say(
      `messages: ${[...met].map(([status, { length }]) => `${length} ${status}`).join(', ') || 'none'}`,
    )
    if (results.grade) {
      for (const line of gradeLines(results.grade, results)) this.#say(line)
      this.#say(`what to do about it: ${join(folder, 'grade.html')}`)
    } else this.#say(`as a page: ${join(folder, 'index.html')}`)
    const red = messages.some((message) => isRed(message, session))
    // Vitest knows of statements only.
    if (red) process.exitCode = 1
    if (session.record)
      this.#record(session, modules, complete, !broken && !red && totals.fail + totals.error === 0)
  }

  /** Every entry of the list must have met a check that ran: a mistyped or outdated one would go unnoticed. */
  #checkKnownFailures({ version }: Session, statements: StatementResult[], messages: MessageResult[]): void {
    for (const known of loadKnownFailures()) {
      if (!inRange(version, known)) continue
      const { id, message, place, entry } = known
      if (id !== undefined) {
        const status = statements.find((one) => one.id === id)?.status
        if (status === undefined || status === 'not-applicable')
          this.#problems.push(
            `${entry}: ${id} matches no check that ran; correct the entry or take it off the list`,
          )
      } else if (
        !messages
          .find((one) => one.id === message)
          ?.problems.some((problem) => place === undefined || problem.place === place)
      ) {
        this.#problems.push(
          `${entry}: ${message}${place ? ` at ${place}` : ''} has no problem; correct the entry or take it off the list`,
        )
      }
    }
  }

  /** Every area of the ledger has a suite. */
  #checkAreas({ system }: Session, areas: ReadonlySet<string>, ledger: Ledger): void {
    const rows = [...ledger.values()].filter((row) => row.system === system && !row.excluded)
    for (const area of new Set(rows.map(({ area }) => area))) {
      if (areas.has(area)) continue
      this.#problems.push(
        `specs/${system}/${area}.yaml: no suite checks it; write suites/${system}/${area}.test.ts`,
      )
    }
  }

  /** A whole run makes a recording; a run of some areas is merged into the recording of the same server. */
  #record(session: Session, modules: TestModule[], complete: boolean, green: boolean): void {
    if (!green) {
      this.#problems.push('not recorded: only a green run is')
      return
    }
    if (this.#vitest.config.testNamePattern) {
      this.#problems.push('not recorded: an area is recorded whole; leave out the name of the test')
      return
    }
    // The models of a run may have changed since the last.
    const setup = { setup: session.setup }
    const areas = Object.fromEntries(modules.map((module) => [areaOf(module), exchangesOf(module)]))
    const { system, version, kind, digest, asked } = session
    const made = { suite: suiteVersion(), date: session.startedAt.slice(0, 10) }
    if (!complete) {
      this.#say(`merged into ${mergeRecording({ system, version, digest }, { setup, ...areas }, made)}`)
      return
    }
    const note = process.env.CONFORMANCE_RECORD_NOTE
    const folder = writeRecording({
      provenance: {
        system,
        version,
        kind,
        digest,
        ...made,
        ...(note ? { note } : {}),
        ...(asked.own ? { own: asked.own } : {}),
      },
      areas: { setup, ...areas },
    })
    this.#say(`recorded in ${folder}`)
  }
}

/** What befell the server, once for all checks that could not be judged for it. */
function stoppedBecause(verdicts: Verdict[]): string | undefined {
  const lost = verdicts.filter(({ gone }) => gone)
  const [why, ...others] = new Set(lost.map(({ message }) => message))
  if (why === undefined) return undefined
  const more = others.length > 0 ? ` (and so on: ${others.length} more of its servers)` : ''
  return `${why}${more}; ${lost.length} checks could not be judged; find out why, and run again`
}

/** What is known of a server of somebody else. */
const factsOf = (
  { url, says, asked, supply, system, version }: Session,
  { absent }: NonNullable<Session['served']>,
): ServerFacts => ({
  url,
  says,
  headers: asked.headers,
  served: operationsOf(system, version).filter((one) => !absent.includes(one) && !NEVER_PROBED.includes(one)),
  absent,
  profiles: asked.profiles,
  models: supply?.way ?? 'none',
})

const exchangesOf = (module: TestModule): StoredArea =>
  Object.fromEntries(
    [...module.children.allTests()].flatMap((test) => {
      const verdict = test.meta().verdict
      return verdict?.exchanges.length ? [[verdict.id, verdict.exchanges]] : []
    }),
  )

const SUITE = `.test${CODE}`

const nameOf = (path: string) => basename(path, SUITE)

const areaOf = (module: TestModule) => nameOf(module.moduleId)

/** The areas for which there is a suite. */
const suiteAreas = (system: System) =>
  readdirSync(fromRoot('suites', system))
    .filter((name) => name.endsWith(SUITE))
    .map((name) => basename(name, SUITE))

function result(test: TestCase, ledger: Ledger): StatementResult | undefined {
  const statement = ledger.get(test.name)
  if (!statement || test.result().state === 'pending') return undefined
  const verdict = test.meta().verdict
  // Left out by a filter.
  if (!verdict) return undefined
  const { exchanges, validationMs: _, messages: __, problems: ___, gone: ____, ...rest } = verdict
  const failed = test.result().state === 'failed'
  // A time-out ends the check from outside.
  const timedOut = failed && verdict.status === 'pass'
  return {
    tier: statement.tier,
    level: statement.level,
    ...rest,
    ...(timedOut ? { status: 'fail' as const, message: test.result().errors?.[0]?.message ?? 'failed' } : {}),
    expected: verdict.expected ?? null,
    observed: verdict.observed ?? null,
    evidence: exchanges,
    ...(test.options.concurrent ? {} : { alone: true as const }),
  }
}

/** A version is what some server says; it is to be a name, and not a way to somewhere else. */
export const folderName = ({ system, version, kind }: Pick<Session, 'system' | 'version' | 'kind'>): string =>
  `${system}-${version}-${kind}`.replaceAll(/[^\w.+-]+/g, '_')

let suite: string | undefined

/** Version of the package and, in a checkout, the commit. */
function suiteVersion(): string {
  if (suite) return suite
  const { version } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')) as { version: string }
  let commit = ''
  try {
    // What is around the package is the repository of its user.
    if (!PACKAGED)
      commit = execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], { cwd: fromRoot(), stdio: 'pipe' })
        .toString()
        .trim()
  } catch {
    // Downloaded without its history.
  }
  suite = commit ? `${version}+${commit}` : version
  return suite
}
