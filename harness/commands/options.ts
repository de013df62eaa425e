import { Option } from 'commander'
import { CONFIG_FILE } from '../base/paths.ts'

// What several commands take, once. An option belongs to one command, so each is made anew.

export const configOption = () =>
  new Option('--config <file>', `where it says what you rely on (default: ${CONFIG_FILE}, if it is there)`)

/** @param what is printed */
export const jsonOption = (what = 'what was found') => new Option('--json', `${what}, for programs`)

/** @param verb what becomes of them */
export const onlyOption = (verb: string) =>
  new Option('--only <names...>', `areas or statements to ${verb}: chat options.*`)

export const allOption = () => new Option('--all', 'list also what does not touch what you rely on')

export const markdownOption = () =>
  new Option('--markdown', 'for a comment on a pull request or the summary of a job').conflicts('json')

/** Where results are, unless somebody says otherwise. */
export const REPORTS = 'reports'

export const reportsOption = (what: string) => new Option('--reports <folder>', what).default(REPORTS)

/** How `changes` and `diff` end. */
export const EXIT_OF_CHANGES =
  '\nExit code 1 when something can break what you rely on; without a configuration, when something can break a client.'
