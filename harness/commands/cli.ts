#!/usr/bin/env node
import { enableCompileCache } from 'node:module'

// Half of the time of a short command would go into reading its own code.
enableCompileCache?.()
// Vitest colours what it writes into a file too. The log of a CI job shows colours.
const { env, stdout } = process
if (!stdout.isTTY && !env.CI && env.FORCE_COLOR === undefined) env.NO_COLOR ??= '1'
const { main } = await import('./program.ts')
await main(process.argv.slice(2))
