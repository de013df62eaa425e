import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type MarkdownIt from 'markdown-it'
import { defineConfig } from 'vitepress'

const contents = join(import.meta.dirname, '../.pages/contents.json')
const { sidebar, versions } = existsSync(contents)
  ? JSON.parse(readFileSync(contents, 'utf8'))
  : { sidebar: [], versions: [] }

export default defineConfig({
  base: process.env.SITE_BASE ?? '/',
  lang: 'en',
  title: 'What Ollama’s API really does',
  description: 'The HTTP API of Ollama as servers of many releases answer, each statement with its proof.',
  srcDir: '.pages',
  outDir: 'dist',
  srcExclude: ['public/**'],
  lastUpdated: false,
  // The list of all pages would stand in each of them.
  metaChunk: true,
  markdown: {
    config: scrollable,
  },
  themeConfig: {
    sidebar,
    versions,
    outline: { level: [2, 3] },
    nav: [
      { text: 'Answers that end badly', link: '/how-answers-end' },
      { text: 'Options', link: '/options' },
      { text: 'Releases', link: '/releases' },
      { text: 'Defects', link: '/defects' },
    ],
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          // Names of fields are one word: `num_predict`, `done_reason`.
          options: {
            tokenize: (text: string) =>
              text
                .toLowerCase()
                .split(/[^\p{L}\p{N}_]+/u)
                .filter(Boolean),
          },
          searchOptions: { prefix: true, fuzzy: 0.1 },
        },
      },
    },
    docFooter: { prev: false, next: false },
  },
})

/** Tables scroll sideways on a narrow screen, with the keyboard too. */
function scrollable(md: MarkdownIt): void {
  md.renderer.rules.table_open = () =>
    '<div class="table" tabindex="0" role="region" aria-label="table"><table>\n'
  md.renderer.rules.table_close = () => '</table></div>\n'
}
