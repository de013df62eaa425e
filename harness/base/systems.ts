/** The servers that the project speaks of: each has a ledger, schemas, suites and recordings of its own. */
export const SYSTEMS = ['ollama', 'llama-server'] as const
export type System = (typeof SYSTEMS)[number]
