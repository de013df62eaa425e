#!/usr/bin/env node
// JavaScript that any Node reads, so that one that is too old gets a line in place of a stack trace.
import { existsSync } from 'node:fs'

// What the packages want that it depends on; `engines` is that of a checkout, which has a Node of its own.
const least = '22.19.0'
const [major, minor] = least.split('.').map(Number)
const [ours, oursMinor] = process.versions.node.split('.').map(Number)
if (ours < major || (ours === major && oursMinor < minor)) {
  console.error(`ollama-conformance: needs Node ${least} or newer, and this is ${process.versions.node}`)
  process.exitCode = 2
} else {
  // In a checkout the source: what was built there once may be old.
  const source = new URL('harness/commands/cli.ts', import.meta.url)
  await import(existsSync(source) ? source : new URL('dist/harness/commands/cli.js', import.meta.url))
}
