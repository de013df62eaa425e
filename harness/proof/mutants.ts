/** A message that was changed in one place. */
export type Mutant = {
  kind: 'drop' | 'null' | 'retype' | 'rename' | 'add'
  /** JSON pointer of the object that was changed, or of the root. */
  at: string
  /** The property; undefined where the root itself was changed. */
  key: string | undefined
  /** What stands there now, where something does. */
  now: unknown
  body: unknown
}

/** How many items of an array are changed; the others are like them. */
const ITEMS = 3

/**
 * Every way to change one property of a message: drop it, make it null or of another type, rename it; and to add one
 * to an object. Of a message that is no object or array, the root itself is changed.
 */
export function* mutantsOf(body: unknown): Generator<Mutant> {
  if (typeof body !== 'object' || body === null) {
    for (const [kind, now] of [
      ['null', null],
      ['retype', otherType(body)],
    ] as const)
      yield { kind, at: '', key: undefined, now, body: now }
    return
  }
  yield* inside(body, '', (change) => {
    const copy = structuredClone(body)
    change(copy as Node)
    return copy
  })
}

type Node = Record<string, unknown>
/** A copy of the whole message in which one node was changed. */
type Mutate = (change: (node: Node) => void) => unknown

function* inside(node: object, at: string, mutate: Mutate): Generator<Mutant> {
  const list = Array.isArray(node)
  const set = (name: string, value: unknown) => (node: Node) => {
    node[name] = value
  }
  for (const [key, value] of Object.entries(node).slice(0, list ? ITEMS : undefined)) {
    const retyped = otherType(value)
    yield { kind: 'null', at, key, now: null, body: mutate(set(key, null)) }
    yield { kind: 'retype', at, key, now: retyped, body: mutate(set(key, retyped)) }
    if (!list) {
      const drop = (node: Node) => {
        delete node[key]
      }
      const rename = (node: Node) => {
        node[`${key}x`] = node[key]
        delete node[key]
      }
      yield { kind: 'drop', at, key, now: undefined, body: mutate(drop) }
      yield { kind: 'rename', at, key, now: value, body: mutate(rename) }
    }
    if (typeof value === 'object' && value !== null) {
      yield* inside(value, `${at}/${key}`, (change) => mutate((node) => change(node[key] as Node)))
    }
  }
  if (!list) yield { kind: 'add', at, key: 'added', now: 1, body: mutate(set('added', 1)) }
}

function otherType(value: unknown): unknown {
  return typeof value === 'string' ? 1 : String(value ?? 'x')
}
