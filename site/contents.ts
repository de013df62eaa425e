import { acrossPages, pageOf } from '../harness/reference/across.ts'
import { endpointPage, type Material } from '../harness/reference/book.ts'
import type { EndpointLine } from '../harness/reference/timeline.ts'

type Group = { text: string; items: { text: string; link: string }[] }

/** What few clients ask for: the server itself, an account, experiments. */
const ASIDE = /^\/$|^\/api\/(version|status|me|signout|user|experimental)\b/

const link = (page: string) => `/${page.replace(/\.md$/, '').replace(/^README$/, '')}`

/** What stands at the side of each page. */
export function sidebar(material: Material): Group[] {
  const { ollama, 'llama-server': llama } = material.systems
  const across = acrossPages(material)
    .filter(([name]) => name !== 'index')
    .map(([name, { front }]) => ({ text: front.title as string, link: link(pageOf(name)) }))
  const own = ollama.endpoints.filter(({ path }) => !path.startsWith('/v1'))
  return [
    { text: 'Across endpoints', items: across },
    { text: 'Endpoints', items: endpoints(own.filter(({ path }) => !ASIDE.test(path))) },
    {
      text: 'As OpenAI and Anthropic do',
      items: endpoints(ollama.endpoints.filter(({ path }) => path.startsWith('/v1'))),
    },
    {
      text: 'Lists',
      items: [
        { text: 'What changed in each release', link: '/releases' },
        { text: 'All statements', link: '/statements' },
        { text: 'OpenAPI', link: '/openapi' },
        { text: 'What was measured', link: '/measured' },
        { text: 'Appendix: the review', link: '/review' },
      ],
    },
    {
      text: 'The server, account, experiments',
      items: endpoints(own.filter(({ path }) => ASIDE.test(path))),
    },
    {
      text: 'llama-server',
      items: [
        ...endpoints(llama.endpoints),
        { text: 'What changed in each build', link: '/llama-server/releases' },
      ],
    },
  ]
}

/** A page has all methods of a path. */
const endpoints = (lines: readonly EndpointLine[]) =>
  [...Map.groupBy(lines, ({ path }) => path)].map(([path, group]) => {
    const [first] = group as [EndpointLine]
    return {
      text: `${group.map(({ method }) => method).join(', ')} ${path}`,
      link: link(endpointPage(first.system, first.name)),
    }
  })

/** The versions that a reader can choose: those at which something moves, the newest first. */
export function versionsOf({ systems: { ollama } }: Material): string[] {
  return [...new Set([...ollama.versions, ...ollama.recorded.versions])].sort((a, b) =>
    b.localeCompare(a, undefined, { numeric: true }),
  )
}
