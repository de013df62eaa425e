import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'

const read = (name: string) => readFileSync(join(import.meta.dirname, 'page', name), 'utf8')

/** A script of `page/` as it stands in a page, where there is one module only. */
const inlined = (name: string) =>
  read(name)
    .replaceAll(/^import [^']*'\.\/\w+\.js'\n/gm, '')
    .replaceAll(/^export /gm, '')

/**
 * A page in one file: `page/frame.html` around `page/<name>.html`, `.css` and `.js`.
 *
 * Data holds what servers answered, and a server may answer anything. So it is never markup or script here: it stands as
 * JSON, compressed (some thousand exchanges are five times smaller so) and in base64, in which no tag can begin; the script
 * puts it into the document as text only, and the policy lets nothing run or load but the one style and the one script, by
 * their digests.
 */
export function page(name: 'report' | 'matrix' | 'grade', title: string, data: unknown): string {
  const style = `\n${read('base.css')}${read(`${name}.css`)}`
  const script = `\n${inlined('base.js')}${inlined(`${name}.js`)}`
  const policy = `default-src 'none'; style-src '${digest(style)}'; script-src '${digest(script)}'; img-src data:; base-uri 'none'; form-action 'none'`
  const parts: Record<string, string> = {
    policy: `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    title: `<title>${escapeHtml(title)} · ollama-conformance</title>`,
    body: read(`${name}.html`).trimEnd(),
    style: `<style>${style}</style>`,
    data: `<script type="text/plain" id="data">${deflateRawSync(JSON.stringify(data)).toString('base64')}</script>`,
    script: `<script type="module">${script}</script>`,
  }
  // In one go: what was put in is not looked at again.
  return read('frame.html').replaceAll(/<!-- (\w+) -->/g, (whole, part) => parts[part] ?? whole)
}

const digest = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`

const escapeHtml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
