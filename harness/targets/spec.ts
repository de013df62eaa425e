import { SuiteError } from '../base/errors.ts'
import type { System } from '../base/systems.ts'

/** What is asked for: the value of `OLLAMA_TARGET` or `LLAMA_SERVER_TARGET`, taken apart. */
export type TargetSpec =
  | { kind: 'container'; image: string }
  | { kind: 'binary'; path: string }
  | { kind: 'url'; url: string }
  | { kind: 'replay'; version: string | undefined }

export const TARGET_VARIABLE: Record<System, string> = {
  ollama: 'OLLAMA_TARGET',
  'llama-server': 'LLAMA_SERVER_TARGET',
}

/** The official image, and the name of the binary. */
export const OFFICIAL: Record<System, { repository: string; tag: string; binary: string }> = {
  ollama: { repository: 'ollama/ollama', tag: 'latest', binary: 'ollama' },
  'llama-server': { repository: 'ghcr.io/ggml-org/llama.cpp', tag: 'server', binary: 'llama-server' },
}

/**
 * @param named what stands before the text where somebody wrote it
 * @throws SuiteError when the text is no target
 */
export function parseTarget(system: System, text: string, named = `${TARGET_VARIABLE[system]}=`): TargetSpec {
  const official = OFFICIAL[system]
  const colon = text.indexOf(':')
  const kind = colon < 0 ? text : text.slice(0, colon)
  const rest = colon < 0 ? '' : text.slice(colon + 1)
  switch (kind) {
    case 'container': {
      if (rest === '') return { kind, image: `${official.repository}:${official.tag}` }
      return { kind, image: /[/:]/.test(rest) ? rest : `${official.repository}:${rest}` }
    }
    case 'binary':
      return { kind, path: rest || official.binary }
    case 'http':
    case 'https':
      if (URL.canParse(text)) {
        const { origin, pathname, href, username, password } = new URL(text)
        // A password or a query would be dropped without a word.
        if (href === origin + pathname) return { kind: 'url', url: href.replace(/\/+$/, '') }
        // Nor does it belong in a log.
        if (username || password) {
          throw new SuiteError(
            `${TARGET_VARIABLE[system]} has a user or a password; name a variable that holds them: --header authorization=<VARIABLE>`,
          )
        }
      }
      break
    case 'replay':
      return { kind, version: rest || undefined }
  }
  throw new SuiteError(
    `${named}${text} is no target; use container, container:<tag or image>, binary, binary:<path>, http(s)://<host>:<port>/<path>, replay or replay:<version>`,
  )
}
