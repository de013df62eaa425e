import { Command } from 'commander'
import { say } from '../base/errors.ts'
import { spanOf } from '../gate/span.ts'
import { compiledLedger } from '../ledger/compiled.ts'

type Options = { at?: string; exchanges?: true; json?: true }

/** `explain`: what the reference says of a statement, an endpoint or a field. */
export const explain = (): Command =>
  new Command('explain')
    .summary('what is known of a statement, an endpoint or a field')
    .description(
      'Tells what is known of a statement (by its id), an endpoint (POST /api/chat) or a field (num_predict, message.thinking): versions, defaults, values, and what proves it. Needs no server.',
    )
    .argument('<name...>', 'an id, a method and a path, or a field')
    .option('--at <version>', 'what holds at this version only')
    .option('--exchanges', 'with the recorded exchanges that prove a statement')
    .option('--json', 'everything, for programs, in the form of api.schema.json')
    .action(async (names: string[], { at, exchanges, json }: Options) => {
      if (at !== undefined) for (const note of spanOf(at, at).notes) say(`note: ${note}`)
      const { explain: asked, explainedText } = await import('../reference/explain.ts')
      const explained = asked(await compiledLedger(), { name: names.join(' '), at, exchanges })
      console.log(json ? JSON.stringify(explained, null, 1) : explainedText(explained, at))
    })
