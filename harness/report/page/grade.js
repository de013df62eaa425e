import { count, el, pretty, prose, read } from './base.js'

const data = await read()
const { target, server } = data

const MODELS = {
  made: 'with the models of the suite, made there',
  there: 'with the models of the suite, which are there',
  own: 'with a model of its own: only what holds whatever a model says',
  none: 'without a model',
}

function head() {
  const facts = [
    server?.says ? `calls itself ${server.says}` : '',
    server ? MODELS[server.models] : '',
    data.startedAt.slice(0, 10),
    `suite ${data.suite}`,
  ]
  document
    .getElementById('head')
    .append(
      el('h1', {}, `${target.label} as Ollama ${target.version}`),
      el('p', { class: 'muted' }, facts.filter(Boolean).join(' · ')),
      el('p', {}, el('a', { href: 'index.html' }, 'Everything that was checked')),
    )
}

function profiles() {
  const cells = (tiers) =>
    tiers.map(({ pass, of, text }) => el('td', { class: 'number', title: `${pass} of ${of}` }, text))
  const rows = data.profiles.map(({ profile, word, tiers }) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, profile),
      el('td', { class: `word ${word.replace(' ', '-')}` }, word),
      ...(word === 'not served' ? tiers.map(() => el('td', {})) : cells(tiers)),
    ),
  )
  document.getElementById('profiles').append(
    el(
      'table',
      {},
      el(
        'thead',
        {},
        el(
          'tr',
          {},
          el('th', { scope: 'col' }, 'Profile'),
          el('th', { scope: 'col' }, 'All of'),
          data.overall.map(({ tier }) => el('th', { scope: 'col', class: 'number' }, tier)),
        ),
      ),
      el(
        'tbody',
        {},
        rows,
        el('tr', {}, el('th', { scope: 'row' }, 'all'), el('td', {}), cells(data.overall)),
      ),
    ),
    el(
      'p',
      { class: 'muted small' },
      'core: every compatible server must; complete: a full implementation does; exact: texts and figures of Ollama itself. A profile is as good as the first of them of which something is missing.',
    ),
  )
}

function exchange(one) {
  const answer =
    one.status === undefined
      ? '(no response)'
      : [`HTTP/1.1 ${one.status}`, one.type ? `content-type: ${one.type}` : ''].filter(Boolean).join('\n')
  return [
    el('pre', {}, el('code', {}, one.curl)),
    el('pre', {}, el('code', {}, `${answer}\n\n${one.body}${one.end ? `\n(${one.end})` : ''}`)),
  ]
}

function part(summary, more, inside) {
  const details = el('details', {}, el('summary', {}, summary, el('span', { class: 'muted small' }, more)))
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1)
      details.append(el('div', { class: 'inside' }, inside()))
  })
  return details
}

const MOST_NAMED = 5

function usedBy(clients) {
  if (clients.length === 0) return ''
  const more = clients.length - MOST_NAMED
  return `used by ${clients.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

const nothing = (id, text) => document.getElementById(id).append(el('p', { class: 'muted' }, text))

function byEndpoint(section, items, one) {
  const place = document.getElementById(section)
  for (const [endpoint, own] of Map.groupBy(items, ({ endpoint }) => endpoint)) {
    place.append(
      el('h3', {}, endpoint === 'any' ? 'The server as a whole' : el('code', {}, endpoint)),
      ...own.map(one),
    )
  }
}

const KINDS = {
  missing: 'is missing',
  type: 'has the wrong type',
  value: 'has a wrong value',
  route: 'is not as known',
}

function findings() {
  if (data.findings.length === 0) return nothing('findings', 'None in what was seen.')
  byEndpoint('findings', data.findings, (one) =>
    part(
      [el('code', {}, one.place || one.message), ` ${KINDS[one.kind] ?? one.kind}`],
      [one.message, `met by ${count(one.statements, 'statement')}`, usedBy(one.clients)]
        .filter(Boolean)
        .join(' · '),
      () => [
        el('p', {}, 'There is ', el('code', {}, one.found), `; ${one.rule}.`),
        ...exchange(one.exchange),
      ],
    ),
  )
}

function behaviours() {
  if (data.behaviours.length === 0)
    return nothing('behaviours', 'Everything that was checked is as it should be.')
  const place = document.getElementById('behaviours')
  const one = (behaviour) =>
    part(
      prose(behaviour.text),
      [behaviour.tier, behaviour.id, behaviour.known ? 'known' : '', usedBy(behaviour.clients)]
        .filter(Boolean)
        .join(' · '),
      () => [
        el('p', {}, behaviour.message),
        el(
          'pre',
          {},
          el('code', {}, `expected ${pretty(behaviour.expected)}\nobserved ${pretty(behaviour.observed)}`),
        ),
        ...behaviour.exchanges.flatMap(exchange),
      ],
    )
  const used = data.behaviours.filter(({ clients }) => clients.length > 0)
  if (used.length > 0) place.append(el('h3', {}, 'What clients depend on'), ...used.map(one))
  const rest = data.behaviours.filter((each) => !used.includes(each))
  byEndpoint(
    'behaviours',
    rest.filter(({ tier }) => tier !== 'exact'),
    one,
  )
  const exact = rest.filter(({ tier }) => tier === 'exact')
  if (exact.length > 0) {
    place.append(
      el('h3', {}, 'Texts and figures of Ollama itself'),
      part(count(exact.length, 'statement'), '', () => exact.map(one)),
    )
  }
}

function endpoints() {
  if (data.endpoints.length === 0) return nothing('endpoints', 'Not asked.')
  const rows = data.endpoints.map(({ name, profile, served, pass, of }) =>
    el(
      'tr',
      {},
      el('th', { scope: 'row' }, el('code', {}, name)),
      el('td', {}, profile ?? ''),
      el('td', {}, served ? 'served' : 'not served'),
      el('td', { class: 'number' }, of > 0 ? `${pass} of ${of} hold` : ''),
    ),
  )
  document.getElementById('endpoints').append(el('table', {}, el('tbody', {}, rows)))
}

head()
profiles()
findings()
behaviours()
endpoints()
