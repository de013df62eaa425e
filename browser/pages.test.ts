import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Locator, type Page } from 'playwright-core'
import { compiledLedger } from '../harness/ledger/compiled.ts'
import { writeMatrix, writeReport } from '../harness/report/pages.ts'
import { gradeOf } from '../harness/report/grade.ts'
import type { Results } from '../harness/report/results.ts'
import { loadLedger } from '../harness/ledger/ledger.ts'
import { operationsOf } from '../harness/schema/routes.ts'
import { otherwise, recordedResults } from '../harness/testing/results.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Written there when `SCREENSHOTS` names a folder: to be looked at, not to be compared. */
const screenshots = process.env.SCREENSHOTS

const HOSTILE = '<img src=x onerror="document.title=1"></script><script>document.title = 1</script>'

/** A whole run with what a page must show: a failure, an error, a message that is another, and hostile answers. */
function results(): Results {
  const whole = recordedResults('0.32.15')
  const [first] = whole.statements.find(({ id }) => id === 'chat.answer.whole')?.evidence ?? []
  assert(first?.response)
  const hostile = structuredClone(first)
  hostile.response?.chunks.push([99, HOSTILE])
  const expected = whole.statements.find(({ id }) => id === 'chat.answer.whole')?.expected as object
  const changed = otherwise(whole, {
    'chat.answer.whole': {
      status: 'fail',
      message: HOSTILE,
      observed: { ...expected, done_reason: HOSTILE },
      evidence: [hostile],
    },
    'transport.routes': { status: 'error', message: 'the connection was refused', observed: null },
    'models.tags.entry': { status: 'known-fail', message: 'known: the proxy drops it' },
  })
  const finding = {
    place: '/details/family',
    kind: 'type' as const,
    found: 'null',
    rule: 'a string',
    count: 7,
    statements: ['chat.answer.whole'],
    evidence: hostile,
  }
  return {
    ...changed,
    messages: [...changed.messages, { id: 'tags/response', status: 'fail', problems: [finding] }],
  }
}

/** The same of a server of somebody else, which has a grade, and a base path and a token. */
function gradedResults(): Results {
  const whole = results()
  const absent = ['POST /v1/messages']
  const graded: Results = {
    ...whole,
    target: { ...whole.target, kind: 'url', label: 'http://host/base' },
    server: {
      url: 'http://host/base',
      headers: { authorization: 'THE_TOKEN' },
      served: operationsOf('ollama', whole.target.version).filter((one) => !absent.includes(one)),
      absent,
      profiles: [],
      models: 'made',
    },
  }
  return { ...graded, grade: gradeOf(graded, loadLedger()) }
}

const folder = mkdtempSync(join(tmpdir(), 'ollama-conformance-pages-'))
const run = join(folder, 'ollama-0.32.15-replay')
const reportUrl = pathToFileURL(join(run, 'index.html')).href
const gradeUrl = pathToFileURL(join(folder, 'ollama-0.32.15-url', 'grade.html')).href
const matrixUrl = pathToFileURL(join(folder, 'matrix.html')).href
let browser: Browser

before(async () => {
  const ledger = await compiledLedger()
  mkdirSync(run)
  const file = join(run, 'results.json')
  writeFileSync(file, JSON.stringify(results()))
  writeReport({ file, results: results() }, ledger, ['chat.answer.keys', 'chat.answer.whole'])
  writeMatrix(folder, ledger)
  const graded = join(folder, 'ollama-0.32.15-url')
  mkdirSync(graded)
  writeReport({ file: join(graded, 'results.json'), results: gradedResults() }, ledger)
  browser = await chromium.launch({
    executablePath: executable(),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
})

after(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

/** The browser of the system: the one that playwright would download comes from a host of its own. */
function executable(): string {
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  const path = (process.env.PATH ?? '').split(delimiter)
  const found = names.flatMap((name) => path.map((one) => join(one, name))).find((one) => existsSync(one))
  assert(found, `none of ${names.join(', ')} is on the PATH; Debian has it as the package chromium`)
  return found
}

type Screen = { width?: number; colorScheme?: 'light' | 'dark'; bypassCSP?: boolean }

/** Opens a page, hands it on, and lets nothing pass that it should not do: an error, a request. */
async function open(
  url: string,
  { width = 1280, ...screen }: Screen,
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, ...screen })
  const page = await context.newPage()
  const wrong: string[] = []
  page.on('pageerror', ({ message }) => wrong.push(message))
  page.on('console', (message) => wrong.push(message.text()))
  page.on('request', (request) => {
    if (!request.url().startsWith('data:') && request.url().split('#')[0] !== url.split('#')[0])
      wrong.push(request.url())
  })
  try {
    await page.goto(url)
    await use(page)
    assert.deepEqual(wrong, [])
  } finally {
    await context.close()
  }
}

/** Everything of a page that can be opened in reasonable number, as a reader might have it. */
const opened = {
  report: async (page: Page) => {
    for (const summary of ['.changed > summary', '#messages > details > summary']) await page.click(summary)
    await page.fill('[name=text]', 'openai-chat.stream')
    const stream = page.locator('#groups .statement', { hasText: 'openai-chat.stream.events' })
    await stream.locator('> summary').click()
    await stream.locator('.exchange > summary').first().click()
    await page.locator('#failed .exchange > summary').first().click()
    await page.evaluate(() => scrollTo(0, 0))
  },
  grade: async (page: Page) => {
    for (const part of ['findings', 'behaviours'])
      await page.locator(`#${part} details > summary`).first().click()
    await page.evaluate(() => scrollTo(0, 0))
  },
  matrix: async (page: Page) => {
    // Of hundreds of rows that are alike axe looks at each cell.
    await page.fill('[name=text]', 'embed')
    await page.locator('td.begins').nth(3).click()
  },
}

for (const [name, url] of [
  ['report', reportUrl],
  ['matrix', matrixUrl],
  ['grade', gradeUrl],
] as const) {
  for (const width of [1280, 400]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      test(`${name} at ${width} pixels, ${colorScheme}: nothing for axe to find, nothing wider than the screen`, () =>
        // The policy would keep axe out too.
        open(url, { width, colorScheme, bypassCSP: true }, async (page) => {
          const shot = async (state: string) => {
            if (screenshots)
              await page.screenshot({
                path: join(screenshots, `${name}-${state}-${width}-${colorScheme}.png`),
              })
            assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width, state)
          }
          await shot('first')
          await opened[name](page)
          await shot('opened')
          await page.evaluate(axe)
          const found = await page.evaluate('axe.run({ resultTypes: ["violations"] })')
          const { violations } = found as { violations: { id: string; nodes: { html: string }[] }[] }
          assert.deepEqual(
            violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
            [],
          )
        }))
    }
  }
}

test('what failed stands first, with what was expected and observed', () =>
  open(reportUrl, {}, async (page) => {
    assert.equal(await page.locator('main section:not([hidden])').first().getAttribute('id'), 'failed')
    const failed = page.locator('#failed .statement').first()
    assert.match(await failed.locator('.less').innerText(), /"done_reason": "length"/)
    assert.match(await failed.locator('.more').innerText(), /"done_reason": "<img/)
    assert.match(
      await page.locator('.verdict').innerText(),
      /^1 statement of \d+ fails, 1 could not be judged, 1 message/,
    )
  }))

test('a grade says how far each profile goes, and first of all what clients depend on', () =>
  open(gradeUrl, {}, async (page) => {
    const row = (profile: string) => page.locator('#profiles tr', { hasText: profile })
    assert.match(await row('chat').innerText(), /^chat\s+partial\s+\d+ %/)
    assert.match(await row('embed').innerText(), /^embed\s+exact\s+100 %/)
    assert.match(await row('anthropic').innerText(), /^anthropic/)
    assert.equal(await page.locator('#behaviours h3').first().innerText(), 'What clients depend on')
    const first = page.locator('#behaviours details').first()
    assert.match(await first.innerText(), /chat\.answer\.whole · used by .+ and \d+ more$/)
    assert.match(
      await page.locator('#findings summary').first().innerText(),
      /^\/details\/family has the wrong type/,
    )
    assert.match(await page.locator('#endpoints').innerText(), /POST \/v1\/messages\s+anthropic\s+not served/)
  }))

test('in a grade a curl names the variable of a token, and what a server answers does nothing', () =>
  open(gradeUrl, {}, async (page) => {
    await page.locator('#behaviours details > summary').first().click()
    const [curl, answer] = [1, 2].map((index) => page.locator('#behaviours details[open] pre').nth(index))
    assert.match(
      await (curl as Locator).innerText(),
      /^curl .*http:\/\/host\/base\/api\/chat.* -H "authorization: \$THE_TOKEN"/,
    )
    assert.match(await (answer as Locator).innerText(), /<\/script><script>/)
    assert.equal(await page.locator('main img').count(), 0)
    assert.equal(await page.title(), 'http://host/base as Ollama 0.32.15 · ollama-conformance')
  }))

test('what a server answers is shown, and does nothing', () =>
  open(reportUrl, {}, async (page) => {
    await page.locator('#failed .exchange > summary').first().click()
    assert.match(await page.locator('#failed .exchange pre').nth(1).innerText(), /<\/script><script>/)
    assert.equal(await page.locator('main img').count(), 0)
    assert.equal(await page.title(), 'Ollama 0.32.15 · ollama-conformance')
  }))

test('the policy holds even where markup would get in', () =>
  open(reportUrl, {}, async (page) => {
    const got = await page.evaluate(async () => {
      const violated = new Promise((resolve) =>
        addEventListener('securitypolicyviolation', () => resolve(true)),
      )
      document.querySelector('main')?.insertAdjacentHTML('beforeend', '<b onclick="document.title=1">')
      document.querySelector('b')?.click()
      return [
        await Promise.race([violated, new Promise((resolve) => setTimeout(resolve, 2000))]),
        document.title,
      ]
    })
    assert.deepEqual(got, [true, 'Ollama 0.32.15 · ollama-conformance'])
  }).catch((error: Error) => assert.match(error.message, /Content Security Policy/)))

test('filters narrow the list: words, tier, status, what is relied on', () =>
  open(reportUrl, {}, async (page) => {
    const found = () => page.locator('#found').innerText()
    const total = Number((await found()).match(/^[\d,]+/)?.[0].replace(',', ''))
    await page.selectOption('[name=tier]', 'core')
    const core = Number((await found()).match(/^[\d,]+/)?.[0])
    assert(core > 0 && core < total)
    await page.selectOption('[name=tier]', '')
    await page.getByLabel('what I rely on').check()
    assert.match(await found(), /^2 statements of/)
    await page.getByLabel(/^fail 1/).check()
    assert.match(await found(), /^1 statement of/)
    assert.equal(await page.locator('#groups .statement:visible').count(), 1)
    await page.fill('[name=text]', 'no such word')
    assert.match(await found(), /Nothing fits/)
  }))

test('by keyboard alone: skip to the statements, open an endpoint, a statement and an exchange', () =>
  open(reportUrl, {}, async (page) => {
    await page.keyboard.press('Tab')
    assert.equal(await page.evaluate(() => document.activeElement?.className), 'skip')
    await page.keyboard.press('Enter')
    const focused = () => page.evaluate(() => document.activeElement?.parentElement?.className)
    /** Goes to a part and opens it; what is in it comes with the event of its opening. */
    const to = async (part: string, within: string) => {
      for (let presses = 0; presses < 30 && (await focused()) !== part; presses++)
        await page.keyboard.press('Tab')
      assert.equal(await focused(), part)
      await page.keyboard.press('Enter')
      await page.locator(`#groups [open] ${within}`).first().waitFor()
    }
    await to('group', '.statement')
    await to('statement pass', '.exchange')
    await to('exchange', 'pre')
    assert.match(await page.locator('#groups .exchange[open] pre').first().innerText(), /^curl /)
  }))

test('a stream is a timeline: a mark for each chunk, a time for each record', () =>
  open(`${reportUrl}#openai-chat.stream.events`, {}, async (page) => {
    const statement = page.locator('#groups .statement[open]')
    await statement.locator('.exchange > summary').first().click()
    const marks = await statement.locator('.track span').count()
    const records = statement.locator('.records li')
    assert(marks > 1)
    assert.match(await records.first().innerText(), /^\d+ ms\s+data: \{/)
    assert.match(await records.last().innerText(), /data: \[DONE\]$/)
  }))

test('the address of a statement opens it', () =>
  open(`${reportUrl}#chat.answer.keys`, {}, async (page) => {
    const statement = page.locator('[id="chat.answer.keys"]')
    assert.equal(await statement.getAttribute('open'), '')
    assert.match(await statement.innerText(), /By version/)
    assert.equal(await page.evaluate(() => document.activeElement?.parentElement?.id), 'chat.answer.keys')
  }))

test('the matrix shows first what failed or changed, and says what a cell means', () =>
  open(matrixUrl, {}, async (page) => {
    const rows = () => page.locator('tbody tr:not(.endpoint)').count()
    const changed = await rows()
    await page.getByLabel(/^All/).check()
    assert((await rows()) > changed)
    await page.getByLabel(/^Failing/).check()
    assert.equal(await rows(), 3)
    await page.locator('td.fail').click()
    const panel = page.locator('#cell')
    assert.match(await panel.innerText(), /chat\.answer\.whole[\s\S]*fail: observed/)
    const link = await panel.getByRole('link', { name: 'report' }).getAttribute('href')
    assert.equal(link, 'ollama-0.32.15-replay/index.html#chat.answer.whole')
  }))

test('the matrix by keyboard: one stop for the table, arrows between cells, escape closes', () =>
  open(matrixUrl, { width: 400 }, async (page) => {
    await page.fill('[name=text]', 'chat.answer.keys')
    for (let presses = 0; presses < 20; presses++) {
      await page.keyboard.press('Tab')
      if (await page.evaluate(() => document.activeElement?.tagName === 'TD')) break
    }
    const panel = page.locator('#cell')
    assert.match(await panel.innerText(), /0\.5\.7[\s\S]*before 0\.12\.0[\s\S]*comes before/)
    await page.keyboard.press('End')
    assert.match(await panel.innerText(), /0\.32\.15[\s\S]*0\.12\.0 and up/)
    await page.keyboard.press('ArrowLeft')
    assert.match(await panel.innerText(), /0\.24\.0/)
    await page.keyboard.press('Escape')
    assert.equal(await panel.isVisible(), false)
  }))
