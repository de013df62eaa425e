import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fromRoot } from '../base/paths.ts'
import { generatedFiles, leftOver } from '../generate/generated.ts'

const files = await generatedFiles()
for (const path of leftOver(files)) rmSync(fromRoot(path))
for (const [path, text] of Object.entries(files)) {
  mkdirSync(dirname(fromRoot(path)), { recursive: true })
  writeFileSync(fromRoot(path), text)
}
console.log(`wrote ${Object.keys(files).length} files: docs, TypeScript types, OpenAPI documents`)
