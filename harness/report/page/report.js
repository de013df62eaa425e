import { count, el, lineDifference, pretty, prose, read, recordsOf, wordsOf } from './base.js'

const data = await read()
const statements = data.groups.flatMap((group) => group.statements)
const byId = new Map(statements.map((one) => [one.id, one]))

/** Statuses in the order in which somebody wants to see them. */
const STATUSES = ['fail', 'error', 'known-fail', 'pass', 'not-applicable']
const BAD = ['fail', 'error']

const status = (word) => el('span', { class: `status ${word}` }, word.replace('-', ' '))

/** How a set of statements divides, as a bar; the figures stand beside it as text. */
function bar(totals) {
  const parts = STATUSES.filter((one) => totals[one] > 0).map((one) => {
    const part = el('span', { class: one })
    part.style.flexGrow = totals[one]
    return part
  })
  return el('div', { class: 'bar', 'aria-hidden': 'true' }, parts)
}

// The head

const red = data.messages.filter((message) => message.red)
const failing = statements.filter((one) => BAD.includes(one.status))

function verdict() {
  const { totals } = data
  const judged = statements.length - totals['not-applicable']
  const wrong = [
    totals.fail > 0 &&
      `${count(totals.fail, 'statement')} of ${judged} ${totals.fail === 1 ? 'fails' : 'fail'}`,
    totals.error > 0 && `${totals.error} could not be judged`,
    red.length > 0 &&
      `${count(red.length, 'message')} of ${data.messages.length} ${red.length === 1 ? 'is' : 'are'} not as known`,
  ].filter(Boolean)
  if (judged === 0) return ['red', 'No statement was judged', '.']
  if (wrong.length > 0) return ['red', wrong.join(', '), data.stopped ? `: ${data.stopped}.` : '.']
  const known = totals['known-fail'] > 0 ? `, ${totals['known-fail']} fail as known` : ''
  const messages =
    data.messages.length > 0 ? `; so do the forms of ${count(data.messages.length, 'message')}` : ''
  return ['green', `All ${totals.pass.toLocaleString('en')} statements hold`, `${known}${messages}.`]
}

const seconds = (ms) => (ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`)

function head() {
  const { target, totals } = data
  const [colour, strong, rest] = verdict()
  const began = new Date(data.startedAt)
  const day = began.toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' })
  const facts = [
    `${target.kind}: ${target.label}`,
    `${day} UTC`,
    seconds(data.durationMs),
    `suite ${data.suite}`,
  ]
  const left = totals['not-applicable']
  document
    .getElementById('head')
    .append(
      el('h1', {}, `${data.name} ${target.version}`),
      el('p', { class: 'facts muted small' }, facts.join(' · ')),
      el(
        'p',
        { class: `verdict ${colour}` },
        el('strong', {}, strong),
        rest,
        left > 0 ? ` ${left} do not apply.` : '',
      ),
      bar(totals),
    )
}

// A statement

/** Narrow, so that a line is no more than what differs. */
const differing = (expected, observed) => lineDifference(pretty(expected, 40), pretty(observed, 40))

/** A part that scrolls must be reachable by keys; one that does not would only be in their way. */
function reachable(element, label) {
  requestAnimationFrame(() => {
    if (element.scrollHeight <= element.clientHeight) return
    element.tabIndex = 0
    element.setAttribute('role', 'group')
    element.setAttribute('aria-label', label)
  })
  return element
}

/** What was expected and what was observed, in one text where a line of either is marked. */
const difference = (expected, observed) =>
  reachable(
    el(
      'pre',
      { class: 'difference' },
      differing(expected, observed).map(([sign, line]) => {
        if (sign === ' ') return el('span', {}, `  ${line}`)
        const [name, word] = sign === '-' ? ['less', 'expected'] : ['more', 'observed']
        return el('span', { class: name }, `${sign} ${line}`, el('span', { class: 'hidden' }, ` (${word})`))
      }),
    ),
    'Expected and observed',
  )

const block = (title, ...content) => el('div', {}, el('p', { class: 'label' }, title), ...content)
const code = (text, label) => reachable(el('pre', {}, text), label)

function judgement(one) {
  if (one.status === 'not-applicable') return []
  if (one.same) {
    return one.expected === null
      ? []
      : [block('Observed, as expected', code(pretty(one.expected), 'Observed'))]
  }
  if (one.expected === null && one.observed === null) return []
  return [block('− expected, + observed', difference(one.expected, one.observed))]
}

function facts(one) {
  const source = ({ text, link }) =>
    link ? el('a', { href: link, rel: 'noreferrer' }, text) : el('span', {}, text)
  const rows = [
    ['about', [...one.also, ...one.about].join(' · ')],
    ['judged as', `${one.tier}, ${one.level}`],
    ['row', one.place],
    [
      'sources',
      one.sources.flatMap((each, index) => (index > 0 ? [el('br'), source(each)] : [source(each)])),
    ],
    ['sends', one.given === undefined ? '' : el('code', {}, JSON.stringify(one.given))],
    ['needs', one.needs === undefined ? '' : el('code', {}, JSON.stringify(one.needs))],
    ['docs say', one.quotes ? `“${one.quotes.docs}”` : ''],
    ['servers say', one.quotes ? `“${one.quotes.server}”` : ''],
    ['a defect', one.defect ?? ''],
  ].filter(([, value]) => value.length !== 0)
  return el(
    'dl',
    { class: 'facts' },
    rows.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]),
  )
}

function values(one) {
  // A single value for every version is the expected one, which stands above.
  if (one.values.length < 2) return []
  const rows = one.values.map(({ range, value, means, now }) =>
    el(
      'tr',
      now ? { class: 'now' } : {},
      el('th', { scope: 'row' }, range),
      el('td', {}, means ? el('div', {}, prose(means)) : '', el('code', {}, JSON.stringify(value))),
    ),
  )
  return [block('By version', el('table', { class: 'values' }, el('tbody', {}, rows)))]
}

function copied(text) {
  const button = el('button', { type: 'button' }, 'Copy')
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text)
      button.textContent = 'Copied'
    } catch {
      // Not allowed here: select it, so that the keys do it.
      getSelection().selectAllChildren(button.previousSibling)
      button.textContent = 'Selected'
    }
  })
  return el('div', { class: 'with-button' }, code(text, 'Request as curl'), button)
}

function timeline({ body, chunks }) {
  const last = Math.max(1, ...chunks.map(([t]) => t))
  const marks = chunks.map(([t]) => {
    const mark = el('span', {})
    mark.style.left = `${(t / last) * 100}%`
    return mark
  })
  const label = `${chunks.length} chunks, the first after ${chunks[0][0]} ms, the last after ${last} ms`
  const records = recordsOf(body, chunks)
  return el(
    'div',
    { class: 'timeline' },
    el('div', { class: 'track', role: 'img', 'aria-label': label }, marks),
    el(
      'div',
      { class: 'scale' },
      el('span', {}, '0 ms'),
      el('span', {}, `${chunks.length} chunks`),
      el('span', {}, `${last} ms`),
    ),
    reachable(
      el(
        'div',
        { class: 'records' },
        el(
          'ol',
          {},
          records.map(({ t, text }) =>
            el('li', {}, el('span', { class: 'when' }, `${t} ms`), el('code', {}, text)),
          ),
        ),
      ),
      `${records.length} records`,
    ),
  )
}

const ENDS = { aborted: 'left by the suite', cut: 'cut off by the server', refused: 'no response' }

function exchange(one) {
  const details = el(
    'details',
    { class: 'exchange' },
    el(
      'summary',
      {},
      el('code', {}, one.request),
      el('span', {}, one.status === undefined ? '' : `→ ${one.status}`),
      el(
        'span',
        { class: 'muted' },
        [one.end ? ENDS[one.end] : '', `${one.ms} ms`, one.chunks ? `${one.chunks.length} chunks` : '']
          .filter(Boolean)
          .join(' · '),
      ),
    ),
  )
  whenOpened(details, () => {
    const answer = [`HTTP/1.1 ${one.status}`, one.headers].filter(Boolean).join('\n')
    const more = one.length
      ? `\n… ${count(one.length - one.body.length, 'character')} more in results.json`
      : ''
    return el(
      'div',
      {},
      copied(one.curl),
      one.status === undefined ? '' : code(`${answer}\n\n${one.body}${more}`, 'Raw answer'),
      one.chunks ? timeline(one) : '',
    )
  })
  return details
}

/** Fills a part when it is first opened: most never are. */
function whenOpened(details, fill) {
  details.addEventListener(
    'toggle',
    () => details.open && details.children.length < 2 && details.append(fill()),
  )
}

const inside = (one) =>
  el(
    'div',
    { class: 'inside' },
    one.message ? el('p', { class: BAD.includes(one.status) ? 'why' : 'why quiet' }, one.message) : '',
    judgement(one),
    values(one),
    facts(one),
    one.exchanges.length > 0
      ? block(count(one.exchanges.length, 'exchange'), el('div', {}, one.exchanges.map(exchange)))
      : '',
  )

function statement(one, id) {
  const details = el(
    'details',
    { class: `statement ${one.status}`, id },
    el(
      'summary',
      {},
      el('span', {}, prose(one.text), el('span', { class: 'id' }, one.id)),
      status(one.status),
    ),
  )
  whenOpened(details, () => inside(one))
  return details
}

// What failed

function message(one) {
  const details = el(
    'details',
    { class: `statement ${one.red ? 'fail' : ''}` },
    el(
      'summary',
      {},
      el(
        'span',
        {},
        'Message ',
        el('code', {}, one.id),
        el('span', { class: 'id' }, count(one.problems.length, 'finding')),
      ),
      status(one.status),
    ),
  )
  const finding = ({ place, kind, found, rule, count: times, statements: met, exchange: shown }) =>
    el(
      'div',
      {},
      el('p', { class: 'label' }, el('code', {}, place || 'the message as a whole'), ` · ${kind}`),
      el(
        'dl',
        { class: 'facts' },
        [
          ['found', el('code', {}, found)],
          ['rule', rule],
          ['seen in', count(times, 'exchange')],
          [
            'met by',
            met.flatMap((id, index) => [
              index > 0 ? ', ' : '',
              byId.has(id) ? el('a', { href: `#${id}` }, id) : id,
            ]),
          ],
        ].flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]),
      ),
      exchange(shown),
    )
  whenOpened(details, () =>
    el(
      'div',
      { class: 'inside' },
      one.known ? el('p', { class: 'why quiet' }, one.known) : '',
      one.problems.map(finding),
    ),
  )
  return details
}

function failed() {
  if (failing.length + red.length === 0) return
  const section = document.getElementById('failed')
  const items = [...failing.map((one) => statement(one)), ...red.map(message)]
  section.append(
    el(
      'ul',
      {},
      items.map((item) => el('li', {}, item)),
    ),
  )
  section.hidden = false
  // A few are best seen at once; of many the list comes first.
  if (items.length <= 3) for (const item of items) item.open = true
}

// What changed

function changed() {
  const { changed: change } = data
  if (!change || change.statements.length === 0) return
  const section = document.getElementById('changed')
  const said = (value) =>
    value.means ? prose(value.means) : [el('code', {}, shortened(JSON.stringify(value.value)))]
  const both = ({ was, is }) => {
    if (was.means || is.means) return [said(was), said(is)]
    const lines = differing(was.value, is.value)
    const side = (sign) =>
      shortened(
        lines
          .filter(([one]) => one === sign)
          .map(([, line]) => line.trim())
          .join(' ') || 'nothing',
      )
    return ['-', '+'].map((sign) => [el('code', {}, side(sign))])
  }
  const item = (one) => {
    const [was, is] = one.was && one.is ? both(one) : [one.was && said(one.was), one.is && said(one.is)]
    const news = { moved: '', came: 'New: ', went: 'No longer: ' }[one.how]
    return el(
      'li',
      {},
      el(
        'div',
        {},
        news ? el('span', { class: 'muted' }, news) : '',
        prose(one.text),
        byId.has(one.id)
          ? el('a', { class: 'id', href: `#${one.id}` }, one.id)
          : el('span', { class: 'id muted' }, one.id),
      ),
      el(
        'dl',
        {},
        was ? [el('dt', { class: 'muted' }, 'was'), el('dd', {}, was)] : [],
        is && was ? [el('dt', { class: 'muted' }, 'is'), el('dd', {}, is)] : [],
      ),
    )
  }
  const of = (how) => change.statements.filter((one) => one.how === how)
  const parts = ['moved', 'came', 'went'].map((how) => [of(how).length, how]).filter(([number]) => number > 0)
  const details = el(
    'details',
    { class: 'changed' },
    el(
      'summary',
      {},
      el('h2', {}, `What changed since ${change.since}`),
      el('span', { class: 'muted small' }, parts.map(([number, how]) => `${number} ${how}`).join(', ')),
    ),
  )
  whenOpened(details, () => el('ul', {}, ['moved', 'went', 'came'].flatMap(of).map(item)))
  section.append(details)
  section.hidden = false
}

const shortened = (text) => (text.length > 240 ? `${text.slice(0, 240)}…` : text)

// Everything

const rows = new Map()

/** The element of a statement; always the same one, so that what was opened stays open under another filter. */
function rowOf(one) {
  if (!rows.has(one.id)) rows.set(one.id, el('li', {}, statement(one, one.id)))
  return rows.get(one.id)
}

const groups = data.groups.map((group) => {
  const [, method, path] = group.name.match(/^([A-Z]+) (\/.*)$/) ?? []
  const number = el('span', { class: 'muted small' })
  const share = el('span', { class: 'share' })
  const list = el('ul', {})
  const details = el(
    'details',
    { class: 'group' },
    el(
      'summary',
      {},
      el('h3', {}, path ? [el('span', { class: 'method' }, method), ' ', path] : group.name),
      number,
      share,
    ),
    list,
  )
  let matches = []
  const fill = () => {
    if (!details.open) return
    const items = matches.map(rowOf)
    // To put the same in again would take the focus from it.
    const same = items.length === list.children.length && items.every((one, at) => one === list.children[at])
    if (!same) list.replaceChildren(...items)
  }
  details.addEventListener('toggle', fill)
  return {
    details,
    statements: group.statements,
    show(found, filtered) {
      matches = found
      details.hidden = found.length === 0
      const totals = Object.fromEntries(
        STATUSES.map((one) => [one, found.filter((each) => each.status === one).length]),
      )
      const bad = totals.fail + totals.error
      number.replaceChildren(
        bad > 0 ? el('span', { class: 'status fail' }, `${bad} failing · `) : '',
        filtered && found.length < group.statements.length
          ? `${found.length} of ${group.statements.length}`
          : String(found.length),
      )
      share.replaceChildren(bar(totals))
      fill()
    },
  }
})

const form = document.getElementById('filters')

function filters() {
  const choice = (name, value, label) =>
    el('label', { class: 'choice' }, el('input', { type: 'checkbox', name, value }), label)
  const select = (name, label, options) =>
    el(
      'select',
      { name, 'aria-label': label },
      el('option', { value: '' }, `Every ${label.toLowerCase()}`),
      options.map((one) => el('option', { value: one }, one)),
    )
  const relied = statements.filter((one) => one.relied).length
  form.append(
    el('input', {
      type: 'search',
      name: 'text',
      placeholder: 'Words, an id, a field',
      'aria-label': 'Words in a statement',
    }),
    select('tier', 'Tier', ['core', 'complete', 'exact']),
    select('level', 'Level', ['documented', 'observed', 'disputed']),
    el(
      'fieldset',
      { class: 'choices' },
      el('legend', { class: 'hidden' }, 'Status'),
      STATUSES.filter((one) => data.totals[one] > 0).map((one) =>
        choice('status', one, `${one.replace('-', ' ')} ${data.totals[one].toLocaleString('en')}`),
      ),
      relied > 0 ? choice('relied', 'yes', `what I rely on ${relied}`) : '',
    ),
    el('button', { type: 'button', onclick: openAll }, 'Open all'),
  )
  form.addEventListener('input', filter)
  form.addEventListener('submit', (event) => event.preventDefault())
}

function openAll({ target }) {
  const open = target.textContent === 'Open all'
  for (const { details } of groups) details.open = open
  target.textContent = open ? 'Close all' : 'Open all'
}

/** What somebody may search for in a statement. */
const searched = new Map(
  statements.map((one) => [
    one.id,
    [one.id, one.text, one.also, one.about, one.message, one.place, one.sources.map(({ text }) => text)]
      .flat()
      .join(' ')
      .toLowerCase(),
  ]),
)

function filter() {
  const chosen = new FormData(form)
  const words = wordsOf(chosen.get('text'))
  const wanted = chosen.getAll('status')
  const [tier, level, relied] = ['tier', 'level', 'relied'].map((name) => chosen.get(name))
  const filtered = words.length + wanted.length > 0 || Boolean(tier || level || relied)
  let found = 0
  for (const [index, group] of groups.entries()) {
    const name = data.groups[index].name.toLowerCase()
    const matches = group.statements.filter(
      (one) =>
        (wanted.length === 0 || wanted.includes(one.status)) &&
        (!tier || one.tier === tier) &&
        (!level || one.level === level) &&
        (!relied || one.relied) &&
        words.every((word) => searched.get(one.id).includes(word) || name.includes(word)),
    )
    found += matches.length
    group.show(matches, filtered)
  }
  // So few that a list of endpoints would only hide them.
  if (filtered && found <= 60) for (const { details } of groups) details.open = !details.hidden
  document.getElementById('found').textContent = filtered
    ? found === 0
      ? 'Nothing fits; take a filter away.'
      : `${count(found, 'statement')} of ${statements.length.toLocaleString('en')}`
    : `${count(statements.length, 'statement')}; open an endpoint to see them`
}

/** Opens the statement that the address names. */
function follow() {
  const one = byId.get(decodeURIComponent(location.hash.slice(1)))
  if (!one) return
  const group = groups.find(({ statements: of }) => of.includes(one))
  if (!document.getElementById(one.id)?.offsetParent) form.reset()
  filter()
  group.details.open = true
  group.show(group.statements, false)
  const row = rowOf(one).firstChild
  row.open = true
  row.scrollIntoView({ block: 'start' })
  row.firstChild.focus({ preventScroll: true })
}

// Messages

function messages() {
  if (data.messages.length === 0) return
  const section = document.getElementById('messages')
  const passing = data.messages.filter(({ status: word }) => word === 'pass')
  const others = data.messages.filter(({ status: word }) => word !== 'pass')
  const fine = el('details', {}, el('summary', {}, `${count(passing.length, 'message')} as the schemas say`))
  whenOpened(fine, () =>
    el(
      'ul',
      { class: 'list' },
      passing.map(({ id }) => el('li', {}, id)),
    ),
  )
  section.append(
    el(
      'ul',
      {},
      others.map((one) => el('li', {}, message(one))),
    ),
    passing.length > 0 ? fine : '',
  )
  section.hidden = false
}

head()
failed()
changed()
filters()
document.getElementById('groups').append(...groups.map(({ details }) => details))
filter()
messages()
addEventListener('hashchange', follow)
// The browser goes to the address by itself until all is loaded, and would take the focus away again.
if (document.readyState === 'complete') follow()
else addEventListener('load', () => setTimeout(follow))
