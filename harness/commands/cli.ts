#!/usr/bin/env node
import { enableCompileCache } from 'node:module'

// Half of the time of a short command would go into reading its own code.
enableCompileCache?.()
const { main } = await import('./program.ts')
await main(process.argv.slice(2))
