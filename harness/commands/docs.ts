import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { renderDocs } from '../docs/docs.ts'
import { fromRoot } from '../paths.ts'

const pages = renderDocs()
mkdirSync(fromRoot('docs/api'), { recursive: true })
for (const name of readdirSync(fromRoot('docs/api'))) {
  if (!(`docs/api/${name}` in pages)) rmSync(fromRoot('docs/api', name))
}
for (const [path, text] of Object.entries(pages)) {
  mkdirSync(dirname(fromRoot(path)), { recursive: true })
  writeFileSync(fromRoot(path), text)
}
console.log(`wrote ${Object.keys(pages).length} pages in docs/`)
