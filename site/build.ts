import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { compiledLedger } from '../harness/ledger/compiled.ts'
import { recordedVersions } from '../harness/recording/recording.ts'
import { apiOf } from '../harness/reference/api.ts'
import { gather } from '../harness/reference/book.ts'
import { renderPages, renderProofs } from '../harness/reference/pages.ts'
import { sidebar, versionsOf } from './contents.ts'

/** Builds the site into `site/dist`: `npm --prefix site run build`. `SITE_BASE` is the path that it will stand under. */

const here = import.meta.dirname
const pages = join(here, '.pages')
const repository = join(here, '..')

rmSync(pages, { recursive: true, force: true })
const material = gather(await compiledLedger())
const twins = renderPages(material, 'twin')

for (const [path, text] of Object.entries({ ...renderPages(material, 'site'), ...renderProofs(material) })) {
  write(path === 'README.md' ? 'index.md' : path, forSite(text))
}
write('openapi.md', uncoloured(openApiPage(recordedVersions('ollama'))))
write('measured.md', readFileSync(join(repository, 'docs/measured.md'), 'utf8'))

// For machines: each page as Markdown, a list of them, the whole as JSON.
for (const [path, text] of Object.entries(twins)) write(`public/${path}`, forMachines(text))
write('public/llms.txt', llms())
write('public/api.json', JSON.stringify(apiOf(material)))
cpSync(join(repository, 'harness/reference/api.schema.json'), join(pages, 'public/api.schema.json'))
cpSync(join(repository, 'openapi'), join(pages, 'public/openapi'), { recursive: true })
for (const file of readdirSync(join(here, 'openapi'))) {
  cpSync(join(here, 'openapi', file), join(pages, 'public/openapi', file))
}
cpSync(join(here, 'node_modules/rapidoc/dist/rapidoc-min.js'), join(pages, 'public/openapi/rapidoc.js'))

write('contents.json', JSON.stringify({ sidebar: sidebar(material), versions: versionsOf(material) }))

const { status } = spawnSync(
  process.execPath,
  [join(here, 'node_modules/vitepress/bin/vitepress.js'), 'build', here],
  {
    stdio: 'inherit',
  },
)
process.exit(status ?? 1)

function write(path: string, text: string): void {
  const file = join(pages, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** Pages of the repository that are not below docs/api stand beside the others here. */
function forSite(text: string): string {
  const [, front = '', body = ''] = text.match(/^(---\n[\s\S]*?\n---\n)?([\s\S]*)$/) ?? []
  // Templates of Ollama look like those of Vue.
  return uncoloured(`${front}<div v-pre>\n\n${body}\n\n</div>\n`)
    .replaceAll(/\]\((?:\.\.\/)+measured\.md/g, '](/measured.md')
    .replaceAll(/\]\((?:\.\.\/)+openapi\.md/g, '](/openapi.md')
    .replaceAll(/(\]\((?:\.\.\/)*)README\.md/g, '$1index.md')
}

/** What servers answered is shown as it is: colours would be a guess, double the size of a page, and be too pale. */
function uncoloured(text: string): string {
  return text.replaceAll(/^(`{3,})(sh|http|json|ts|yaml)$/gm, '$1txt')
}

/** Pages that have no twin are those of the site. */
function forMachines(text: string): string {
  return text.replaceAll(/\]\(((?:\.\.\/)*)\.\.\/(measured|openapi)\.md/g, '](./$1$2.html')
}

function openApiPage(versions: readonly string[]): string {
  const rows = [...versions]
    .reverse()
    .map(
      (version) =>
        `| ${version} | <a href="./openapi/index.html?version=${version}" target="_self">rendered</a> | <a href="./openapi/ollama-${version}.json" target="_self">ollama-${version}.json</a> |`,
    )
  const text = readFileSync(join(repository, 'docs/openapi.md'), 'utf8')
    .replaceAll('](../schemas)', '](/index.md)')
    .replaceAll('](api/README.md)', '](/index.md)')
  return text.replace(
    /\n\n/,
    `\n\n| version | to read | to use |\n| --- | --- | --- |\n${rows.join('\n')}\n\n`,
  )
}

function llms(): string {
  const lines = Object.entries(twins).map(
    ([path, text]) => `- [${text.match(/^# (.*)$/m)?.[1] ?? path}](${path})`,
  )
  return [
    '# The API of Ollama, as servers of many releases answer',
    '',
    '> Every statement was measured on real servers and has an id, its values by version and its proofs. Each page below is Markdown.',
    '',
    '## Pages',
    '',
    ...lines,
    '',
    '## For programs',
    '',
    '- [api.json](api.json): endpoints, fields, statements with values by version; explained by [api.schema.json](api.schema.json)',
    ...recordedVersions('ollama').map(
      (version) => `- [OpenAPI 3.1 of Ollama ${version}](openapi/ollama-${version}.json)`,
    ),
    '',
  ].join('\n')
}
