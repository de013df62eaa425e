import { SuiteError } from '../base/errors.ts'
import type { Traffic } from './usage.ts'

type Entry = {
  request?: { method?: string; url?: string; postData?: { mimeType?: string; text?: string } }
  response?: { status?: number; content?: { mimeType?: string; text?: string; encoding?: string } }
}

/**
 * The traffic of a HAR file, as browsers and proxies write it.
 *
 * @throws SuiteError when it is none
 */
export function trafficOf(text: string, name: string): Traffic[] {
  let entries: unknown
  try {
    entries = (JSON.parse(text) as { log?: { entries?: unknown } }).log?.entries
  } catch {
    throw new SuiteError(`${name} is no JSON; give a HAR file`)
  }
  if (!Array.isArray(entries)) throw new SuiteError(`${name} is no HAR file: it has no log.entries`)
  return (entries as Entry[]).flatMap(({ request, response }) => {
    if (!request?.method || !request.url || !URL.canParse(request.url)) return []
    const { pathname, search } = new URL(request.url)
    const { postData } = request
    const { status = 0, content = {} } = response ?? {}
    const body =
      content.encoding === 'base64' ? Buffer.from(content.text ?? '', 'base64').toString() : content.text
    return [
      {
        method: request.method,
        path: pathname + search,
        request: postData && { type: postData.mimeType ?? '', text: postData.text ?? '' },
        // A request that was never answered has status 0.
        response: status > 0 ? { status, type: content.mimeType ?? '', text: body ?? '' } : undefined,
      },
    ]
  })
}
