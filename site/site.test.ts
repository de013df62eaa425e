import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import { delimiter, extname, join, posix } from 'node:path'
import { after, before, test } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { compare, hideOthers, holds } from './.vitepress/theme/versions.ts'

/** The site as it was built: `npm --prefix site run build`, then `npm --prefix site test`. */
const dist = join(import.meta.dirname, 'dist')
const base = process.env.SITE_BASE ?? '/'
/** Bytes. */
const LARGEST = 300_000
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Written there when `SCREENSHOTS` names a folder: to be looked at, not to be compared. */
const screenshots = process.env.SCREENSHOTS

const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).map((path) =>
  path.replaceAll('\\', '/'),
)
const pages = files.filter(
  (path) => path.endsWith('.html') && !path.startsWith('openapi/') && path !== '404.html',
)
const html = (path: string) => readFileSync(join(dist, path), 'utf8')

test('no page is heavy', () => {
  const heavy = pages
    .map((path) => [path, statSync(join(dist, path)).size] as const)
    .filter(([, size]) => size > LARGEST)
  assert.deepEqual(heavy, [])
})

test('no link leads nowhere, nor to a place that is not there', () => {
  const ids = new Map(
    pages.map((path) => [path, new Set([...html(path).matchAll(/\bid="([^"]+)"/g)].map(([, id]) => id))]),
  )
  const dead = new Set<string>()
  let links = 0
  for (const path of pages) {
    for (const [, href = ''] of html(path).matchAll(/<a\b[^>]*\bhref="([^"]*)"/g)) {
      if (/^(https?:|mailto:)/.test(href)) continue
      links += 1
      const [address = '', place] = href.replaceAll('&amp;', '&').split('#')
      const target = address.replace(/\?.*/, '')
      const within =
        target === ''
          ? path
          : target.startsWith('/')
            ? target.replace(base, '')
            : posix.join(posix.dirname(path), target)
      const file = within === '' || within.endsWith('/') ? `${within}index.html` : within
      const found = [file, `${file}.html`].find(
        (one) => existsSync(join(dist, one)) && statSync(join(dist, one)).isFile(),
      )
      const known = found && ids.get(found)
      if (!found || (place && known && !known.has(decodeURIComponent(place)))) dead.add(`${path}: ${href}`)
    }
  }
  assert.ok(links > 10_000)
  assert.deepEqual([...dead].slice(0, 20), [])
})

test('every page has a twin in Markdown, and llms.txt lists them', () => {
  const llms = readFileSync(join(dist, 'llms.txt'), 'utf8')
  const listed = [...llms.matchAll(/\]\(([^)]+\.md)\)/g)].map(([, path]) => path as string)
  assert.ok(listed.length > 60)
  for (const path of listed) assert.ok(existsSync(join(dist, path)), path)
  for (const path of pages.filter((one) => !/^(proofs\/|openapi|measured)/.test(one))) {
    assert.ok(listed.includes(path.replace(/\.html$/, '.md').replace(/^index\.md$/, 'README.md')), path)
  }
  assert.equal(JSON.parse(readFileSync(join(dist, 'api.json'), 'utf8')).format, 1)
})

test('no link of a twin leads nowhere', () => {
  const dead = new Set<string>()
  for (const path of files.filter((one) => one.endsWith('.md'))) {
    const text = readFileSync(join(dist, path), 'utf8').replaceAll(/^(`{3,}).*\n[\s\S]*?^\1$/gm, '')
    for (const [, href = ''] of text.replaceAll(/(`+)[^`].*?\1/g, '').matchAll(/\]\(([^)\s]+)\)/g)) {
      const [target = ''] = href.split('#')
      if (/^https?:/.test(href) || !target) continue
      if (!existsSync(join(dist, posix.join(posix.dirname(path), target)))) dead.add(`${path}: ${href}`)
    }
  }
  assert.deepEqual([...dead].slice(0, 20), [])
})

test('versions are compared as versions', () => {
  assert.ok(compare('0.9.0', '0.12.6') < 0)
  assert.ok(compare('0.33.0-rc2', '0.33.0') < 0)
  assert.ok(compare('0.33.0-rc2', '0.32.15') > 0)
  assert.equal(compare('0.12.6', '0.12.6'), 0)
  assert.ok(holds('0.12.6', '0.12.6', '0.30.0'))
  assert.ok(!holds('0.30.0', '0.12.6', '0.30.0'))
  assert.equal(typeof hideOthers, 'function')
})

let server: Server
let origin: string
let browser: Browser

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
}

before(async () => {
  server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '/').replace(/[?#].*/, '')).replace(base, '')
    const file = [path, `${path}.html`, join(path, 'index.html')]
      .map((one) => join(dist, one))
      .find((one) => existsSync(one) && statSync(one).isFile())
    response.writeHead(file ? 200 : 404, { 'content-type': TYPES[extname(file ?? '.html')] ?? 'text/plain' })
    response.end(file ? readFileSync(file) : 'not found')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  origin = `http://127.0.0.1:${(server.address() as { port: number }).port}${base}`
  browser = await chromium.launch({ executablePath: executable(), args: ['--no-sandbox'] })
  if (screenshots) mkdirSync(screenshots, { recursive: true })
})

after(async () => {
  await browser?.close()
  server?.close()
})

function executable(): string {
  if (process.env.BROWSER) return process.env.BROWSER
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => ['chromium', 'chromium-browser', 'google-chrome'].map((name) => join(folder, name)))
    .find((path) => existsSync(path))
  assert(found, 'no chromium on the PATH; Debian has it as the package chromium')
  return found
}

/** A page is there before it answers to a key; on a busy machine long before. */
const alive = (page: Page) =>
  page.waitForFunction("document.querySelector('rapi-doc') || document.querySelector('#app')?.__vue_app__")

type Screen = { width?: number; colorScheme?: 'light' | 'dark'; media?: 'print' }

/** Opens a page, and lets nothing pass that it should not do: an error, a request to anybody else. */
async function open(
  path: string,
  { width = 1280, media, ...screen }: Screen,
  use: (page: Page) => Promise<void>,
) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, ...screen })
  const page = await context.newPage()
  page.setDefaultTimeout(90_000)
  const wrong: string[] = []
  page.on('pageerror', ({ message }) => wrong.push(message))
  page.on('request', (request) => {
    if (!request.url().startsWith(origin) && !/^(data|blob):/.test(request.url())) wrong.push(request.url())
  })
  try {
    if (media) await page.emulateMedia({ media })
    await page.goto(`${origin}${path}`, { waitUntil: 'networkidle' })
    await alive(page)
    await use(page)
    assert.deepEqual(wrong, [])
  } finally {
    await context.close()
  }
}

const SEEN = ['index.html', 'ollama/api-chat.html', 'how-answers-end.html', 'parameters.html', 'openapi.html']

for (const width of [1280, 400]) {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const path of SEEN) {
      test(`${path} at ${width} pixels, ${colorScheme}: nothing for axe to find, nothing wider than the screen`, () =>
        open(path, { width, colorScheme }, async (page) => {
          if (screenshots) {
            const name = path.replace(/\.html$/, '').replaceAll('/', '-')
            await page.screenshot({ path: join(screenshots, `${name}-${width}-${colorScheme}.png`) })
          }
          assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), width)
          await page.evaluate(axe)
          const { violations } = (await page.evaluate('axe.run({ resultTypes: ["violations"] })')) as {
            violations: { id: string; impact: string; nodes: { html: string }[] }[]
          }
          assert.deepEqual(
            violations
              .filter(({ impact }) => impact === 'serious' || impact === 'critical')
              .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
            [],
          )
        }))
    }
  }
}

for (const words of ['num_predict', 'done_reason', 'unload']) {
  test(`the search finds ${words}, without a server's help`, () =>
    open('index.html', {}, async (page) => {
      await page.keyboard.press('/')
      await page.fill('#localsearch-input', words)
      const first = page.locator('#localsearch-list .result').first()
      await first.waitFor()
      const before = page.url()
      await first.click()
      await page.waitForURL((url) => url.href !== before)
      // The page comes after its address.
      await page.locator('.vp-doc', { hasText: new RegExp(words, 'i') }).waitFor()
    }))
}

test('a version hides what does not hold for it, and says how much; the choice is kept', () =>
  open('ollama/api-generate.html', {}, async (page) => {
    const row = page.locator('tr', { has: page.locator('code', { hasText: /^think$/ }) }).first()
    assert.ok(await row.isVisible())
    await page.selectOption('#version-bar', '0.7.1')
    assert.ok(!(await row.isVisible()))
    assert.match(await page.locator('.hidden-count').first().innerText(), /^[1-9]\d* hidden$/)
    await page.reload({ waitUntil: 'networkidle' })
    await alive(page)
    assert.ok(!(await row.isVisible()))
    await page.selectOption('#version-bar', '')
    assert.ok(await row.isVisible())
  }))

test('the id of a statement is its place, and leads to all that proves it', () =>
  open('options.html#options.num_predict.cap', {}, async (page) => {
    const place = page.locator('[id="options.num_predict.cap"]')
    const top = await place.evaluate((element) => element.getBoundingClientRect().top)
    assert.ok(top > -5 && top < 900, `it stands at ${top}`)
    if (screenshots) await page.screenshot({ path: join(screenshots, 'statement-1280-light.png') })
    await page.goto(`${origin}proofs/options.num_predict.cap.html`)
    await page.locator('summary').first().click()
    assert.match(await page.locator('.vp-doc').innerText(), /curl -sS/)
    assert.ok((await page.locator('button.copy').count()) > 0)
  }))

test('on paper there is the page and nothing around it', () =>
  open('ollama/api-tags.html', { media: 'print' }, async (page) => {
    for (const around of ['.VPNav', '.VPSidebar']) {
      assert.ok(!(await page.locator(around).first().isVisible()), around)
    }
  }))

test('the keyboard gets to the version, the search and a table', () =>
  open('ollama/api-tags.html', {}, async (page) => {
    const reached = new Set<string>()
    for (let pressed = 0; pressed < 150; pressed++) {
      await page.keyboard.press('Tab')
      reached.add(
        await page.evaluate(() => document.activeElement?.id || String(document.activeElement?.className)),
      )
      if (reached.has('table')) break
    }
    assert.ok(reached.has('version-bar'))
    assert.ok([...reached].some((name) => name.includes('DocSearch')))
    assert.ok(reached.has('table'))
  }))

test('an OpenAPI document is rendered', () =>
  open('openapi/index.html?version=0.32.15', {}, async (page) => {
    await page.locator('rapi-doc').waitFor()
    await page.getByText('Continue a prompt, or load or unload a model').first().waitFor()
    if (screenshots) await page.screenshot({ path: join(screenshots, 'openapi-rendered-1280-light.png') })
  }))
