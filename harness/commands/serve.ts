import { Command } from 'commander'
import { SuiteError, say } from '../base/errors.ts'

/** `serve`: a server with the models of the suites on it, for other tools, until it is interrupted. */
export const serve = (): Command =>
  new Command('serve')
    .summary('start a server with the models of the suite, until Ctrl-C')
    .description(
      'Starts an Ollama with the models of the suite on it, for other tools, until it is interrupted.',
    )
    .option('--target <target>', 'container[:<tag or image>] or binary[:<path>]; default: OLLAMA_TARGET')
    .action(async ({ target: asked }: { target?: string }) => {
      if (asked) process.env.OLLAMA_TARGET = asked
      const [{ chooseTarget }, { makeModels }, { Client }, interrupt] = await Promise.all([
        import('../targets/choose.ts'),
        import('../run/models.ts'),
        import('../wire/client.ts'),
        import('../run/interrupt.ts'),
      ])
      let stop = async () => {}
      try {
        const { target } = await chooseTarget('ollama', say)
        stop = target.stop
        interrupt.onInterrupt(stop)
        if (target.kind === 'replay')
          throw new SuiteError('a replay answers only the suites; choose a live target: OLLAMA_TARGET')
        if (target.kind === 'url')
          throw new SuiteError('that server runs already; name one to start: OLLAMA_TARGET')
        const url = await target.start({}, '1')
        await makeModels(new Client({ url, name: 'setup' }))
        say(`${target.kind} ${target.label} has the models; press Ctrl-C to stop it`)
        console.log(url)
      } catch (error) {
        // What fails then fails because its server is gone; the interruption ends the process.
        if (interrupt.interruption) await new Promise(() => {})
        await stop()
        throw error
      }
    })
