import { count, el, pretty, prose, read, wordsOf } from './base.js'

const data = await read()
const WORDS = { fail: 'fails', error: 'could not be judged', 'known-fail': 'fails as known' }
const BAD = ['fail', 'error', 'known-fail']
const COLOURS = 6

const rows = data.flatMap(({ groups }) => groups.flatMap((group) => group.rows))
const isBad = (row) => row.cells.some((cell) => BAD.includes(cell?.status))
/** A value that is another, or a statement that came or went. */
const isMoved = ({ cells }) => cells.some((cell) => cell?.kind !== cells[0]?.kind)

const VIEWS = [
  ['bad', 'Failing', isBad],
  ['moved', 'Changed', (row) => isMoved(row) || isBad(row)],
  ['all', 'All', () => true],
].filter(([name, , fits]) => name === 'all' || rows.some(fits))

// The head

function head() {
  const versions = data.map(
    ({ name, versions: of }) => `${name} ${of.map(({ version }) => version).join(', ')}`,
  )
  document
    .getElementById('lead')
    .append(`${versions.join('; ')}. A row is a statement; where its colour changes, so did the answer.`)
  const sample = (text, ...cells) =>
    el(
      'li',
      {},
      el(
        'span',
        { class: 'sample', 'aria-hidden': 'true' },
        cells.map(([name, letter]) => colour(el('span', {}, letter), name)),
      ),
      text,
    )
  document
    .getElementById('legend')
    .append(
      sample('the same answer', ['0', 'a'], ['0', 'a']),
      sample('another from here on', ['0', 'a'], ['1', 'b']),
      sample('does not apply', ['', '–']),
      rows.some(isBad) ? sample('a run fails', ['red', '✕']) : '',
    )
}

/** A colour that is no class: the samples are no cells. */
function colour(element, name) {
  if (name !== '') element.style.background = `var(--${name === 'red' ? 'red' : `kind-${name}`})`
  if (name === 'red') element.style.color = '#fff'
  return element
}

// The tables

const letter = (kind) => String.fromCharCode(97 + (kind % 26))

/** What stands in a cell, and what is read out for it. */
function cellOf(row, index, { version }) {
  const cell = row.cells[index]
  const before = row.cells[index - 1]
  const moved = index > 0 && before?.kind !== cell?.kind
  if (cell === null) {
    return el(
      'td',
      { class: 'none', tabindex: '-1' },
      el('span', { class: 'muted', 'aria-hidden': 'true' }, moved ? '–' : ''),
      el('span', { class: 'hidden' }, `${version}: does not apply`),
    )
  }
  const bad = BAD.includes(cell.status) ? cell.status : ''
  const shown = bad ? '✕' : isMoved(row) ? letter(cell.kind) : '·'
  const said = [`${version}: answer ${letter(cell.kind)}`, moved ? 'changed' : '', WORDS[bad]]
    .filter(Boolean)
    .join(', ')
  return el(
    'td',
    {
      class: [`kind-${cell.kind % COLOURS}`, moved ? 'begins' : '', bad].filter(Boolean).join(' '),
      tabindex: '-1',
    },
    el('span', { 'aria-hidden': 'true' }, shown),
    el('span', { class: 'hidden' }, said),
  )
}

/** Where a cell stands, for what is shown of it. */
const places = new WeakMap()

function rowElement(row, table) {
  const cells = table.versions.map((version, index) => {
    const cell = cellOf(row, index, version)
    places.set(cell, { row, index, table })
    return cell
  })
  return el(
    'tr',
    {},
    el(
      'th',
      { scope: 'row' },
      el('span', { class: 'text' }, prose(row.text)),
      el('span', { class: 'id' }, row.id),
    ),
    cells,
  )
}

const tables = data.map((table) => {
  const groups = table.groups.map((group) => ({
    heading: el(
      'tr',
      { class: 'endpoint' },
      el('th', { scope: 'rowgroup' }, group.name),
      el('td', { colspan: String(table.versions.length), class: 'none' }),
    ),
    rows: group.rows.map((row) => ({
      row,
      words: `${row.id} ${row.text} ${group.name}`.toLowerCase(),
      element: undefined,
    })),
    body: el('tbody', {}),
  }))
  const heads = table.versions.map(({ version, runs }) =>
    el(
      'th',
      { scope: 'col' },
      version,
      runs.filter(({ link }) => link).map(({ kind, link }) => el('a', { href: link }, kind)),
    ),
  )
  const section = el(
    'section',
    { 'aria-label': table.name },
    el('h2', {}, table.name),
    el(
      'div',
      {
        class: 'frame',
        role: 'region',
        'aria-label': `${table.name}: statements and versions`,
        tabindex: '0',
      },
      el(
        'table',
        {},
        el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Statement'), heads)),
        groups.map(({ body }) => body),
      ),
    ),
  )
  return { table, groups, section }
})

const form = document.getElementById('filters')

function filters() {
  const first = VIEWS.find(([name]) => name === 'moved') ? 'moved' : 'all'
  form.append(
    el('input', {
      type: 'search',
      name: 'text',
      placeholder: 'Words, an id, an endpoint',
      'aria-label': 'Words in a statement',
    }),
    el(
      'select',
      { name: 'tier', 'aria-label': 'Tier' },
      el('option', { value: '' }, 'Every tier'),
      ['core', 'complete', 'exact'].map((tier) => el('option', { value: tier }, tier)),
    ),
    el(
      'fieldset',
      { class: 'choices' },
      el('legend', { class: 'hidden' }, 'Which statements'),
      VIEWS.map(([name, label, fits]) =>
        el(
          'label',
          { class: 'choice' },
          el('input', { type: 'radio', name: 'view', value: name, checked: name === first }),
          `${label} ${rows.filter(fits).length.toLocaleString('en')}`,
        ),
      ),
    ),
  )
  form.addEventListener('input', filter)
  form.addEventListener('submit', (event) => event.preventDefault())
}

function filter() {
  const chosen = new FormData(form)
  const words = wordsOf(chosen.get('text'))
  const tier = chosen.get('tier')
  const [, , fits] = VIEWS.find(([name]) => name === chosen.get('view'))
  let found = 0
  for (const { table, groups, section } of tables) {
    let ofTable = 0
    for (const { heading, rows: of, body } of groups) {
      const matches = of.filter(
        (one) =>
          fits(one.row) &&
          (!tier || one.row.tier === tier) &&
          words.every((word) => one.words.includes(word)),
      )
      for (const one of matches) one.element ??= rowElement(one.row, table)
      body.replaceChildren(...(matches.length > 0 ? [heading, ...matches.map(({ element }) => element)] : []))
      ofTable += matches.length
    }
    section.hidden = ofTable === 0
    found += ofTable
    // The tabulator key goes to one cell of a table, the arrows to the others.
    const cells = section.querySelectorAll('td[tabindex]')
    for (const cell of cells) cell.tabIndex = -1
    if (cells[0]) cells[0].tabIndex = 0
  }
  document.getElementById('found').textContent =
    found === 0
      ? 'Nothing fits; take a filter away.'
      : `${count(found, 'statement')}; arrow keys go from cell to cell`
}

// A cell

const panel = document.getElementById('cell')
let chosen

function show(cell) {
  const place = places.get(cell)
  if (!place) return
  const { row, index, table } = place
  const { version } = table.versions[index]
  const here = row.cells[index]
  const value = here && row.values[here.value]
  const results = here?.results ?? []
  const facts = [
    [version, !here ? 'does not apply' : value ? value.range : 'as in every version'],
    ['means', value?.means ? prose(value.means) : ''],
    ['value', value ? el('code', {}, pretty(value.value, 100)) : ''],
    ...results.map(({ kind, status, observed, link }) => [
      kind,
      [
        status,
        observed === undefined ? '' : [': observed ', el('code', {}, pretty(observed, 100))],
        link ? [' ', el('a', { href: `${link}#${row.id}` }, 'report')] : '',
      ].flat(),
    ]),
  ].filter(([, content]) => content !== '')
  panel.replaceChildren(
    el('button', { type: 'button', onclick: close }, 'Close'),
    el('p', {}, prose(row.text), ' ', el('code', { class: 'id' }, row.id)),
    el(
      'dl',
      { class: 'value' },
      facts.flatMap(([name, content]) => [el('dt', {}, name), el('dd', {}, content)]),
    ),
  )
  panel.hidden = false
  chosen?.classList.remove('chosen')
  chosen = cell
  cell.classList.add('chosen')
}

function close() {
  panel.hidden = true
  chosen?.classList.remove('chosen')
  chosen?.focus({ preventScroll: true })
}

/** The cell next to one, in a direction. */
function next(cell, key) {
  const { index } = places.get(cell)
  const row = cell.parentElement
  const cells = (one) => [...one.querySelectorAll('td[tabindex]')]
  const all = [...row.closest('table').querySelectorAll('tbody tr:not(.endpoint)')]
  const at = all.indexOf(row)
  switch (key) {
    case 'ArrowRight':
      return cells(row)[index + 1]
    case 'ArrowLeft':
      return cells(row)[index - 1]
    case 'ArrowDown':
      return all[at + 1] && cells(all[at + 1])[index]
    case 'ArrowUp':
      return all[at - 1] && cells(all[at - 1])[index]
    case 'Home':
      return cells(row)[0]
    case 'End':
      return cells(row).at(-1)
  }
}

function listen(area) {
  const cellAt = (event) => event.target.closest?.('td[tabindex]')
  area.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') return close()
    const cell = cellAt(event)
    const to = cell && next(cell, event.key)
    if (!to) return
    event.preventDefault()
    cell.tabIndex = -1
    to.tabIndex = 0
    to.focus()
    to.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  })
  area.addEventListener('focusin', (event) => {
    const cell = cellAt(event)
    // From a pointer it is the click that shows it.
    if (cell?.matches(':focus-visible')) show(cell)
  })
  area.addEventListener('click', (event) => {
    const cell = cellAt(event)
    if (cell) show(cell)
  })
}

head()
filters()
document.getElementById('tables').append(...tables.map(({ section }) => section))
for (const { section } of tables) listen(section)
panel.addEventListener('keydown', (event) => event.key === 'Escape' && close())
filter()
// Where not all versions fit, the newest are what is looked for.
for (const frame of document.querySelectorAll('.frame')) frame.scrollLeft = frame.scrollWidth
