import { basename } from 'node:path'
import semver from 'semver'

/** A place in a file that names a version of Ollama. */
export type Mention = {
  line: number
  /** What has the version: `ollama/ollama`, `OLLAMA_VERSION`, `version`. */
  subject: string
  /** As it is written: `0.24.0-rocm`, `latest`, `sha256:…`. */
  text: string
  /** Absent where the text names none. */
  version?: string
}

const VERSION = String.raw`v?\d+\.\d+\.\d+[\w.+-]*`

/** `ollama/ollama:0.24.0`, behind any registry, with any suffix and digest, or as what a variable is else: `${TAG:-0.24.0}`. */
const IMAGE =
  /(?<![\w./-])((?:\$(?:\w+|\{\w+(?::?-[\w.:-]+)?\})\/)?(?:[\w.-]+(?::\d+)?\/)*ollama(?:\/ollama)?)(?::(?:\$\{\w+:?-)?(\w[\w.-]*)(?:@sha256:[0-9a-f]+)?|@(sha256:[0-9a-f]{64}))(?![\w/-])/g

/** `OLLAMA_VERSION=0.24.0`, `ollama-version: "0.24.0"`, `${OLLAMA_TAG:-0.24.0}`. */
const VARIABLE = new RegExp(
  String.raw`(?<![\w-])(ollama[_-]?(?:(?:image|docker)[_-]?)?(?:version|tag))["']?(?:\s*(?::=|[:=]-?)\s*|\s+)["']?(${VERSION})`,
  'gi',
)

/** `FROM ollama/ollama:${VERSION}`: the version is what the file gives a variable of that name. */
const TAG_VARIABLE = /(?<![\w./-])(?:[\w.-]+(?::\d+)?\/)*ollama(?:\/ollama)?:\$\{?(\w+)/g

/** `ollama/ollama/releases/download/v0.24.0/ollama-linux-amd64.tgz` */
const RELEASE =
  /ollama\/ollama\/(?:releases\/download|releases\/tag|archive\/refs\/tags)\/(v\d+\.\d+\.\d+(?:-rc\.?\d+)?)/g

/** The line before says to Renovate what the version is of. */
const ANNOTATION = /depName=(?:[\w.-]+\/)?ollama\/ollama\b/

const TAG = /^(\s*(?:-\s+)?)["']?(?:tag|newTag)["']?\s*:\s*["']?(\w[\w.-]*)/
const REPOSITORY = /^\s*(?:-\s+)?["']?(?:repository|image|name|newName)["']?\s*:\s*["']?([\w./:-]+)/
const INLINE_PAIR =
  /\brepository["']?\s*:\s*["']?([\w./:-]*\bollama)["']?\s*,\s*["']?tag["']?\s*:\s*["']?(\w[\w.-]*)/g
const IS_OLLAMA = /(?:^|\/)ollama$/

/** Tools that install programs name them alone: `ollama 0.24.0`. */
const TOOLS = /^(?:\.tool-versions|\.?mise(?:\.[\w-]+)?\.toml)$/
const TOOL = new RegExp(
  String.raw`^\s*["']?(?:[\w-]+:)?(?:ollama\/)?(ollama)["']?\s*[\s=]\s*["']?(${VERSION})`,
)

const PROSE = /\.(?:md|mdx|rst|adoc)$/i

/**
 * Where a file names a version of Ollama.
 *
 * @param chosen somebody said that this file has one: a version alone is enough then
 */
export function mentionsIn(path: string, text: string, chosen = false): Mention[] {
  if (PROSE.test(path) && !chosen) return []
  const lines = text.split(/\r?\n/)
  const variables = new Map(
    [...text.matchAll(TAG_VARIABLE)].map(([, name = '']) => [
      name,
      new RegExp(`(?<![\\w-])${name}["']?\\s*(?:[:=]\\s*|\\s)["']?(${VERSION})`),
    ]),
  )
  const found = lines.flatMap((content, index) => {
    const line = index + 1
    const onLine: Mention[] = []
    const add = (subject: string, written: string | undefined) => {
      if (written && onLine.every((one) => one.text !== written)) onLine.push(mention(line, subject, written))
    }
    for (const [, image, tag, digest] of content.matchAll(IMAGE)) {
      // Without a slash it may be anything that is called so.
      if (image?.includes('/') || semver.valid(tag ?? '')) add(image as string, tag ?? digest)
    }
    for (const [, name, version] of content.matchAll(VARIABLE)) add(name as string, version)
    for (const [name, given] of variables) add(name, content.match(given)?.[1])
    for (const [, version] of content.matchAll(RELEASE)) add('release', version)
    for (const [, repository, tag] of content.matchAll(INLINE_PAIR)) add(repository as string, tag)
    if (ANNOTATION.test(lines[index - 1] ?? ''))
      add('ollama/ollama', content.match(new RegExp(`(?<![\\w.])${VERSION}`))?.[0])
    const [, , tag] = content.match(TAG) ?? []
    if (tag) add(repositoryOf(lines, index) ?? '', repositoryOf(lines, index) && tag)
    if (TOOLS.test(basename(path))) add('ollama', content.match(TOOL)?.[2])
    return onLine
  })
  return found.length > 0 ? found : versionAlone(path, lines, chosen)
}

function mention(line: number, subject: string, text: string): Mention {
  const version = versionOf(text)
  return { line, subject, text, ...(version ? { version } : {}) }
}

/** The version without what only says how it was built: `0.24.0` of `v0.24.0-rocm`, `0.33.0-rc2` as it is. */
function versionOf(text: string): string | undefined {
  const parsed = semver.parse(text)
  if (!parsed) return undefined
  const candidate = parsed.prerelease.join('.').match(/^rc\.?\d+/)?.[0]
  return `${parsed.major}.${parsed.minor}.${parsed.patch}${candidate ? `-${candidate}` : ''}`
}

/** A file that is a version and nothing else, and is about Ollama by its name. */
function versionAlone(path: string, lines: readonly string[], chosen: boolean): Mention[] {
  if (!chosen && !/ollama/i.test(path.split('/').slice(-2).join('/'))) return []
  const content = lines.flatMap((text, index) =>
    /^\s*(#.*)?$/.test(text) ? [] : [{ text: text.trim(), index }],
  )
  const [only] = content
  if (!only || content.length > 1 || !new RegExp(`^${VERSION}$`).test(only.text)) return []
  return [mention(only.index + 1, 'version', only.text)]
}

/** The repository that a `tag:` of YAML belongs to: beside it, or by the names of the maps around it. */
function repositoryOf(lines: readonly string[], index: number): string | undefined {
  const own = lines[index] as string
  const depth = depthOf(own)
  const beside = [
    ...(isItem(own) ? [] : siblings(lines, index, -1, depth)),
    ...siblings(lines, index, 1, depth),
  ]
  const named = beside.flatMap((line) => line.match(REPOSITORY)?.[1] ?? [])
  const repository = named.find((name) => IS_OLLAMA.test(name))
  if (repository || named.length > 0) return repository
  const around = keysAround(lines, index, depth)
  return around[0] === 'image' && around.some((key) => /^ollama$/i.test(key)) ? 'ollama image' : undefined
}

const isItem = (line: string) => /^\s*-\s/.test(line)
const depthOf = (line: string) => line.match(/^\s*(?:-\s+)?/)?.[0].length ?? 0
const isBlank = (line: string) => /^\s*(#.*)?$/.test(line)

/** The keys of the same map above or below a line. */
function siblings(lines: readonly string[], index: number, step: 1 | -1, depth: number): string[] {
  const found: string[] = []
  for (let at = index + step; at >= 0 && at < lines.length; at += step) {
    const line = lines[at] as string
    if (isBlank(line)) continue
    const its = depthOf(line)
    if (its < depth || (step === 1 && its === depth && isItem(line))) break
    if (its !== depth) continue
    found.push(line)
    if (isItem(line)) break
  }
  return found
}

/** The keys of the maps that a line is in, the nearest first. */
function keysAround(lines: readonly string[], index: number, depth: number): string[] {
  const keys: string[] = []
  let limit = depth
  for (let at = index - 1; at >= 0 && limit > 0; at--) {
    const line = lines[at] as string
    if (isBlank(line) || depthOf(line) >= limit) continue
    limit = line.search(/\S/)
    const key = line.match(/^\s*(?:-\s+)?["']?([\w.-]+)["']?\s*:/)?.[1]
    if (key) keys.push(key)
  }
  return keys
}
