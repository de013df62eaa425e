import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fromRoot } from '../base/paths.ts'
import { Checkout, type Running, ledger, suite } from '../testing/checkout.ts'
import { emptied, temporaryFolder } from '../testing/folder.ts'
import { startPeer } from '../testing/peer.ts'
import { POSIX, program } from '../testing/program.ts'

const DEMO = {
  'specs/ollama/demo.yaml': ledger({ 'demo.waits': {} }),
  'suites/ollama/demo.test.ts': suite(`
    check('demo.waits', () => {
      process.stderr.write('the check has begun\\n')
      return new Promise(() => {})
    })`),
}

/** A server, with a child as its runner, that hears no SIGTERM; each has a connection to the test for as long as it lives. */
async function lastingProgram() {
  const { url, connections } = await startPeer(() => {})
  const linger = `
    import { connect } from 'node:net'
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {})
    connect(${new URL(url).port}, '127.0.0.1').write('GET / HTTP/1.1\\r\\n\\r\\n')
  `
  const path = program(`
    import { spawn } from 'node:child_process'
    import { fakeOllama } from ${JSON.stringify(fromRoot('harness/testing/fake-ollama.ts'))}
    ${linger}
    spawn(process.execPath, ['--input-type=module', '--eval', ${JSON.stringify(linger)}])
    const server = fakeOllama()
    server.listen(0, '127.0.0.1', () => console.log('Listening on 127.0.0.1:' + server.address().port + ' '))
  `)
  return { target: `binary:${path}`, connections }
}

/** Kills a run as nothing can prevent, once it has said something; then nothing of it may be there. */
async function killed(run: Running, after: string, connections: { closed: Promise<void> }[]): Promise<void> {
  await run.writes(after)
  run.child.kill('SIGKILL')
  expect((await run.ended).code).toBeNull()
  await emptied(run.temp)
  await Promise.all(connections.map(({ closed }) => closed))
}

describe.runIf(POSIX)('a run that is killed (POSIX)', { timeout: 120_000 }, () => {
  test.each(['starting ollama', 'target is ollama', 'set up'])('at "%s" leaves nothing', async (moment) => {
    const { target, connections } = await lastingProgram()
    await killed(new Checkout(DEMO).setUp({ OLLAMA_TARGET: target }), moment, connections)
  })

  test('inside a check leaves nothing', async () => {
    const { target, connections } = await lastingProgram()
    await killed(new Checkout(DEMO).start({ OLLAMA_TARGET: target }), 'the check has begun', connections)
    expect(connections).toHaveLength(2)
  })

  test('what it was about to make goes, although it took down all else before', async () => {
    const folder = temporaryFolder({ 'models/blob': 'text' })
    const script = `
      import { startKeeper } from ${JSON.stringify(fromRoot('harness/targets/keeper.ts'))}
      const keeper = startKeeper()
      keeper.keep({ folder: ${JSON.stringify(join(folder, 'models'))} })
      void keeper.making(new Promise(() => {}))
      keeper.release()
      process.exit(130)`
    const run = spawn(process.execPath, ['--input-type=module', '--eval', script])
    await once(run, 'exit')
    await emptied(folder)
  })

  test('in a comparison leaves no server of either side', async () => {
    const { target, connections } = await lastingProgram()
    const checkout = new Checkout(DEMO)
    const run = checkout.startCommand('diff', target, target)
    await run.writes('target is ollama')
    run.child.kill('SIGKILL')
    await run.ended
    await Promise.all(connections.map(({ closed }) => closed))
  })

  test('in a comparison that is interrupted leaves no folder either', async () => {
    const { target, connections } = await lastingProgram()
    const run = new Checkout(DEMO).startCommand('diff', target, target)
    await run.writes('target is ollama')
    run.child.kill('SIGINT')
    await run.ended
    await Promise.all(connections.map(({ closed }) => closed))
    await emptied(run.temp)
  })
})
