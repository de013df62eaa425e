/** An XML element; its text is that of its own text nodes. */
export type Element = {
  name: string
  attributes: Record<string, string>
  children: Element[]
  text: string
}

const NAME = '[A-Za-z_][\\w.-]*'
const ATTRIBUTE = new RegExp(`^\\s+(${NAME})="([^"<]*)"`)
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
// oxlint-disable-next-line no-control-regex -- those are what XML forbids
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])/

function decode(text: string): string {
  return text.replaceAll(/&([^;&]*;?)/g, (whole, entity: string) => {
    const decoded = ENTITIES[entity.slice(0, -1)]
    if (!decoded || !entity.endsWith(';')) throw new SyntaxError(`not an entity: ${whole}`)
    return decoded
  })
}

/**
 * Reads XML without comments, CDATA and namespaces; strict in what it does know.
 *
 * @returns the root element
 * @throws SyntaxError when the text is not well-formed
 */
export function parseXml(text: string): Element {
  if (FORBIDDEN.test(text)) throw new SyntaxError('a character that XML does not have')
  const root: Element = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  for (const [, tag, content] of text.replace(/^<\?xml [^?]*\?>/, '').matchAll(/<([^>]*)>|([^<]+)/g)) {
    const parent = open.at(-1) ?? root
    if (content !== undefined) parent.text += decode(content)
    else if (tag?.startsWith('/')) {
      if (open.pop()?.name !== tag.slice(1)) throw new SyntaxError(`</${tag.slice(1)}> closes nothing`)
    } else {
      const element = readTag(tag ?? '')
      parent.children.push(element)
      if (!tag?.endsWith('/')) open.push(element)
    }
  }
  const [only, ...others] = root.children
  if (open.length !== 1 || !only || others.length > 0 || root.text.trim())
    throw new SyntaxError('not one root')
  return only
}

function readTag(tag: string): Element {
  const name = tag.match(new RegExp(`^${NAME}`))?.[0]
  if (!name) throw new SyntaxError(`not a tag: <${tag}>`)
  const attributes: Record<string, string> = {}
  let rest = tag.slice(name.length)
  for (let match = rest.match(ATTRIBUTE); match; match = rest.match(ATTRIBUTE)) {
    const [whole, key = '', value = ''] = match
    if (key in attributes) throw new SyntaxError(`${key} twice in <${tag}>`)
    attributes[key] = decode(value)
    rest = rest.slice(whole.length)
  }
  if (!/^\s*\/?$/.test(rest)) throw new SyntaxError(`not an attribute in <${tag}>`)
  return { name, attributes, children: [], text: '' }
}
