import { isDeepStrictEqual } from 'node:util'
import { instruments } from '../../fixtures/instruments/instruments.ts'
import { type Model, type ModelName, modelDefinitions, PREFIX } from '../../fixtures/instruments/models.ts'
import { tableParts } from '../../fixtures/instruments/table-model.ts'
import { isObject } from '../schema/references.ts'
import type { Problem } from '../schema/validate.ts'
import type { Exchange } from '../wire/exchange.ts'

/** What a server says of a model follows from its file, and the files are the suite's. */
type Facts = {
  name: string
  info: Record<string, unknown>
  shapes: Record<string, number[]>
  parameters: number
}

let known: Facts[] | undefined

/** Of all files, or of that of one model, where the suite made it. */
function factsOf(model?: unknown): Facts[] {
  const own = ownModel(model)
  const all = (known ??= Object.entries(instruments).map(([name, { table }]) => {
    const { entries, tensors } = tableParts(table)
    const shapes = Object.fromEntries(tensors.map(({ name, shape }) => [name, [...shape]]))
    const info = Object.entries(entries).map(([key, { value }]) => [key, value])
    const parameters = Object.values(shapes).reduce((sum, shape) => sum + shape.reduce((a, b) => a * b), 0)
    return { name, info: Object.fromEntries(info), shapes, parameters }
  }))
  return own ? all.filter(({ name }) => name === own.instrument) : all
}

type Found = { place: string; found: unknown; rule: string }

/** Holds what is listed, shown or loaded of models to the files of the instruments. */
export function unlikeFiles(exchange: Exchange): Problem[] {
  const { request, status, to } = exchange
  const { method, path } = request
  if (
    status !== 200 ||
    to !== undefined ||
    !['/api/show', '/api/tags', '/api/ps'].includes(path) ||
    method === 'HEAD'
  )
    return []
  const { sent, whole: answer } = exchange
  if (!isObject(answer)) return []
  const found: Found[] = []
  if (path === '/api/show') found.push(...shownWrong(answer, sent))
  const models = Array.isArray(answer.models) ? answer.models : []
  for (const [index, model] of models.entries()) {
    const place = `/models/${index}`
    if (isOwn(model) || (path === '/api/ps' && !isOfOtherFile(model)))
      found.push(
        ...detailsWrong(model.details, `${place}/details`),
        ...familyWrong(model, `${place}/details`),
      )
    if (model.model !== model.name)
      found.push({ place: `${place}/model`, found: model.model, rule: `the name again: ${model.name}` })
    found.push(...capabilitiesWrong(model.capabilities, model.name, `${place}/capabilities`))
    for (const field of ['capabilities', 'details.context_length', 'details.embedding_length'])
      if (isOwn(model) && !has(model, field) && models.some((one: object) => isOwn(one) && has(one, field)))
        found.push({
          place: `${place}/${field.replace('.', '/')}`,
          found: undefined,
          rule: 'there, as in the other entries',
        })
    if (model.size_vram > model.size)
      found.push({
        place: `${place}/size_vram`,
        found: model.size_vram,
        rule: `a part of the size: ${model.size}`,
      })
  }
  return found.map(({ place, found, rule }) => ({
    message: `${method} ${path}`,
    place,
    kind: 'value',
    found: (JSON.stringify(found) ?? 'nothing').slice(0, 120),
    rule,
  }))
}

/** Whether a check made it of a file that is no instrument: such names end in `-own`. */
const isOfOtherFile = ({ name }: { name?: unknown }) => String(name).endsWith('-own:latest')

/** Whether the suite made it, in any run. */
const isOwn = ({ name }: { name?: unknown }) => ownModel(name) !== undefined

const ownModel = (name: unknown): Model | undefined =>
  typeof name === 'string'
    ? modelDefinitions[name.replace(PREFIX, '').replace(':latest', '') as ModelName]
    : undefined

const sees = (model: Model | undefined) =>
  model !== undefined && 'sees' in instruments[model.instrument].table

function has(value: unknown, path: string): boolean {
  const [key = '', ...rest] = path.split('.')
  return isObject(value) && key in value && (rest.length === 0 || has(value[key], rest.join('.')))
}

/** What a model can follows from its template; a parser and a template in the file may add to it. */
function* capabilitiesWrong(said: unknown, name: unknown, place: string): Generator<Found> {
  if (!Array.isArray(said)) return
  const model = ownModel(name)
  const embeds = model?.instrument === 'embedder'
  const differ = (rule: string): Found => ({ place, found: said, rule })
  if (new Set(said).size < said.length) yield differ('each capability once')
  if (!model) return
  if (!said.includes('completion') && !(embeds && said.includes('embedding')))
    yield differ('completion among them')
  if (embeds || model.parser || model.instrument === 'talker') return
  const template = model.template ?? ''
  const wanted = [
    'completion',
    ...(template.includes('.Tools') ? ['tools'] : []),
    ...(template.includes('.Suffix') ? ['insert'] : []),
    ...(template.includes('.Thinking') ? ['thinking'] : []),
    ...(sees(model) ? ['vision'] : []),
  ]
  // Thinking is younger than the others. Since 0.30.0 sight comes before tools.
  const older = wanted.filter((one) => one !== 'thinking')
  const seesFirst = sees(model) && isDeepStrictEqual([...said].sort(), [...wanted].sort())
  if (!isDeepStrictEqual(said, wanted) && !isDeepStrictEqual(said, older) && !seesFirst)
    yield differ(`what its template claims: ${wanted}`)
}

/** What runs elsewhere has other details, and a broken model none. */
const isOfNoFile = ({ format, family }: Record<string, unknown>) =>
  format === '' || family === 'far' || family === ''

function* detailsWrong(details: unknown, place: string, modelfile = ''): Generator<Found> {
  if (!isObject(details) || isOfNoFile(details)) return
  for (const [key, allowed] of Object.entries(allowedDetails()))
    if (key in details && !allowed.includes(details[key]))
      yield { place: `${place}/${key}`, found: details[key], rule: 'as in the file of the model' }
  const { parent_model: parent } = details
  if (
    typeof parent === 'string' &&
    parent !== '' &&
    !parent.endsWith(':latest') &&
    // A store may be a copy, which names the file in the one it was made in.
    !modelfile.includes(`${parent.replace(/^.*(?=[\\/])/, '')}\n`)
  )
    yield {
      place: `${place}/parent_model`,
      found: parent,
      rule: 'a model, or the file that the model file names',
    }
}

let allowed: Record<string, unknown[]> | undefined

function allowedDetails(): Record<string, unknown[]> {
  if (allowed) return allowed
  const sizes = factsOf().map(({ parameters }) => `${Math.floor(parameters / 1000)}K`)
  allowed = {
    format: ['gguf'],
    // What checks make may be of Safetensors, and quantized; a projector has 6K.
    parameter_size: [...sizes, ...sizes.map(roundedUp), '9K', '6K'],
    quantization_level: ['unknown', 'F32', 'F16', 'Q8_0', 'Q4_K_S', 'Q4_K_M'],
    context_length: factsOf().map(({ info }) => info['llama.context_length']),
    embedding_length: factsOf().map(({ info }) => info['llama.embedding_length']),
  }
  return allowed
}

/** A model of the suite is a llama; what a check makes of its files may be said to be of another family first. */
function* familyWrong(model: Record<string, unknown>, place: string): Generator<Found> {
  const { details } = model
  if (!isObject(details) || isOfNoFile(details)) return
  const { family, families } = details
  const wanted = isOwn(model) || family === 'llama' ? ['llama'] : [family, 'llama']
  // Before 0.30.0 a projector is one more, and whichever the server comes to first gives its name.
  const seen = Array.isArray(families) && isDeepStrictEqual([...families].sort(), ['clip', 'llama'])
  if (seen && sees(ownModel(model.name)) && families.includes(family)) return
  if (!isDeepStrictEqual(families, wanted))
    yield { place: `${place}/families`, found: families, rule: `as in the file of the model: ${wanted}` }
  if (isOwn(model) && family !== 'llama')
    yield { place: `${place}/family`, found: family, rule: 'as in the file of the model: llama' }
}

/** An adapter says the family once more, and nothing else does; one that is a whole model is not shown. */
function* familyTwice({ details, modelfile }: Record<string, unknown>, asked: unknown): Generator<Found> {
  const families = isObject(details) && Array.isArray(details.families) ? details.families : []
  const adapted = /^ADAPTER /m.test(String(modelfile)) || /-adapted"/.test(JSON.stringify(asked))
  if (new Set(families).size < families.length && !adapted)
    yield { place: '/details/families', found: families, rule: 'each family once' }
}

const roundedUp = (size: string) => `${Number.parseInt(size) + 1}K`

function* shownWrong(answer: Record<string, unknown>, asked: unknown): Generator<Found> {
  const isKnown = isObject(asked) && ownModel(asked.model) !== undefined
  if (isKnown) {
    yield* detailsWrong(answer.details, '/details', String(answer.modelfile))
    yield* familyWrong({ name: asked.model, ...answer }, '/details')
  } else yield* familyTwice(answer, asked)
  if (isObject(asked)) yield* capabilitiesWrong(answer.capabilities, asked.model, '/capabilities')
  const { model_info: info, tensors, parameters, modelfile, template, system } = answer
  if (isKnown && isObject(info)) {
    const own = factsOf(asked.model).filter((facts) => isInfoOf(info, facts))
    if (own.length === 0)
      yield { place: '/model_info', found: info, rule: 'the metadata in the file of the model' }
    const shapes =
      Array.isArray(tensors) && tensors.map(({ name, type, shape }) => [name, type === 'F32' ? shape : type])
    if (shapes && !own.some((facts) => ordersOf(facts).some((order) => isDeepStrictEqual(shapes, order))))
      yield { place: '/tensors', found: tensors, rule: 'the tensors in the file of the model' }
  }
  // Options of a request are in one list and not in the other.
  if (typeof modelfile !== 'string' || (isObject(asked) && 'options' in asked)) return
  const lines = String(parameters ?? '')
    .split('\n')
    .filter(Boolean)
  const said = modelfile.split('\n').filter((line) => line.startsWith('PARAMETER '))
  const unquoted = lines.map((line) =>
    line.replace(/^(\S+)\s+(.*)$/, (_, key: string, value: string) => `PARAMETER ${key} ${value}`),
  )
  if (!isDeepStrictEqual(said.map(bare).sort(), unquoted.map(bare).sort()))
    yield { place: '/modelfile', found: said, rule: `the parameters of the model: ${lines.join(', ')}` }
  for (const [place, text] of [
    ['/template', template],
    ['/system', system],
  ] as const)
    if (typeof text === 'string' && !text.startsWith('{%') && !modelfile.includes(text))
      yield { place, found: text, rule: 'what the model file says' }
}

/** Whether a value stands in quotes is the affair of each list. */
const bare = (line: string) => line.replaceAll(/["\\]/g, '')

/** As in the file, or by name, those of the block last. */
const ordersOf = ({ shapes }: Facts) => [
  Object.entries(shapes),
  Object.entries(shapes).sort(
    ([a], [b]) => Number(a.startsWith('blk')) - Number(b.startsWith('blk')) || (a < b ? -1 : 1),
  ),
]

/** Long lists are left out, or they are those of the file; the name of the file is not shown. */
function isInfoOf(info: Record<string, unknown>, facts: Facts): boolean {
  const own: Record<string, unknown> = {
    ...facts.info,
    'general.parameter_count': facts.parameters,
    'general.quantization_version': 2,
  }
  const optional = ['general.quantization_version', 'general.basename', 'general.name']
  return (
    Object.entries(info).every(
      ([key, value]) =>
        (value === null && Array.isArray(own[key])) ||
        isDeepStrictEqual(value, own[key]) ||
        key === 'general.basename',
    ) &&
    Object.keys(own).every(
      (key) => key in info || optional.includes(key) || key === 'tokenizer.chat_template',
    )
  )
}
