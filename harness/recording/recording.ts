import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { messageOf, SuiteError } from '../base/errors.ts'
import { fromRoot, PACKAGED } from '../base/paths.ts'
import type { System } from '../base/systems.ts'
import { compareVersions } from '../base/versions.ts'
import { parseYaml } from '../base/yaml.ts'
import type { OwnModels } from '../config/server.ts'
import { Exchange } from '../wire/exchange.ts'
import { fold, unfold } from './area-file.ts'
import type { StoredArea, StoredBytes, StoredExchange } from './stored.ts'

export type { StoredArea, StoredBytes, StoredExchange } from './stored.ts'

/**
 * A recording: the exchanges of one run against one real server. It is written by such runs and by nothing else.
 *
 * `fixtures/recordings/<system>/<version>/recording.json` says what was recorded; the file of an area holds, for
 * each statement, its exchanges in the order in which they began.
 */
export type Provenance = {
  system: System
  version: string
  /** The kind of target, and the digest of its image or binary. */
  kind: string
  digest: string
  /** Commit of this suite. */
  suite: string
  /** Day of the run, ISO 8601. */
  date: string
  /** What else identifies the server, e.g. the llama-server build under it. */
  note?: string
  /** The models that stood in for all instruments, where strangers did. */
  own?: OwnModels
  /** Areas that were recorded again later, on the same server. */
  again?: Record<string, { suite: string; date: string }>
}

const LONGEST_REQUEST = 20_000
/** Characters of a line of a recording that may be laid out on more, and how deep: a chunk is on one. */
const LONGEST_LINE = 500
const DEEPEST = 4

/** @param summarise whether long bytes are kept only as length and digest */
export function storeBytes(bytes: Buffer, summarise = false): StoredBytes {
  if (summarise && bytes.length > LONGEST_REQUEST) {
    return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }
  }
  const text = bytes.toString()
  return Buffer.from(text).equals(bytes) ? text : { base64: bytes.toString('base64') }
}

export function restoreBytes(stored: StoredBytes): Buffer {
  if (typeof stored === 'string') return Buffer.from(stored)
  if ('base64' in stored) return Buffer.from(stored.base64, 'base64')
  throw new TypeError('these bytes were kept only by their digest')
}

export function storeExchange(exchange: Exchange): StoredExchange {
  const { method, path, headers, body } = exchange.request
  return {
    request: {
      method,
      path,
      headers,
      ...(body ? { body: storeBytes(body, true) } : {}),
      ...(exchange.wrong ? { wrong: exchange.wrong } : {}),
      ...(exchange.aside ? { aside: true } : {}),
      ...(exchange.foreign ? { foreign: exchange.foreign } : {}),
    },
    ...(exchange.status === undefined
      ? {}
      : {
          response: {
            status: exchange.status,
            headers: exchange.headers,
            chunks: exchange.chunks.map(({ t, bytes }): [number, StoredBytes] => [t, storeBytes(bytes)]),
          },
        }),
    end: exchange.end ?? 'aborted',
  }
}

/** The exchange as it was, except for long request bodies, which were kept only by their digest. */
export function restoreExchange({ request, response, end }: StoredExchange): Exchange {
  const { body, wrong, aside, ...rest } = request
  const whole = body !== undefined && !(typeof body === 'object' && 'sha256' in body)
  const exchange = new Exchange({
    ...rest,
    wrong: wrong === true,
    aside: aside === true,
    ...(whole ? { body: restoreBytes(body) } : {}),
  })
  exchange.status = response?.status
  exchange.headers = response?.headers ?? []
  for (const [t, bytes] of response?.chunks ?? []) exchange.chunks.push({ t, bytes: restoreBytes(bytes) })
  exchange.end = end
  return exchange
}

/** Recordings with strangers in place of the instruments are in a folder of their own, which this variable names. */
export const RECORDINGS_VARIABLE = 'CONFORMANCE_RECORDINGS'

const folderOf = (system: System, version?: string) =>
  join(process.env[RECORDINGS_VARIABLE] || fromRoot('fixtures/recordings'), system, version ?? '')

/** The recorded versions of a system, oldest first. */
export function recordedVersions(system: System): string[] {
  const folder = folderOf(system)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((version) => existsSync(join(folder, version, 'recording.json')))
    .sort(compareVersions)
}

export type Recording = { provenance: Provenance; areas: Record<string, StoredArea> }

/** @throws SuiteError when there is no recording of that version */
export function assertRecorded(system: System, version: string): void {
  const versions = recordedVersions(system)
  if (versions.includes(version)) return
  throw new SuiteError(
    `there is no recording of ${system} ${version}; recorded: ${versions.join(', ') || 'none'}. Ask for one of these, or ${PACKAGED ? 'run on a live server' : 'record it from a live target: npm run record'}`,
  )
}

/** @throws SuiteError when there is no recording of that version */
export function readRecording(
  system: System,
  version: string,
): Recording & {
  /** The file that the exchanges of a check are in, by id: an area may have had another name. */
  files: Map<string, string>
} {
  assertRecorded(system, version)
  const folder = folderOf(system, version)
  const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'))
  const areas: Record<string, StoredArea> = {}
  const files = new Map<string, string>()
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.json') || name === 'recording.json') continue
    for (const [old, exchanges] of Object.entries(unfold(read(name)))) {
      const id = renamed()[old] ?? old
      const area = id.split('.')[id.startsWith(`${system}.`) ? 1 : 0] as string
      areas[area] = { ...areas[area], [id]: exchanges }
      files.set(id, name)
    }
  }
  return { provenance: read('recording.json'), areas, files }
}

let names: Record<string, string> | undefined

/** What ids of before are called now: a recording keeps those of its day. */
function renamed(): Record<string, string> {
  const file = fromRoot('specs/renamed.yaml')
  names ??= existsSync(file) ? (parseYaml(readFileSync(file, 'utf8')) as Record<string, string>) : {}
  return names
}

/** JSON with a line for whatever is short, so that a diff shows which exchange and chunk moved and blanks take no room. */
function format(value: unknown, depth = 0): string {
  const line = JSON.stringify(value)
  if (line.length <= LONGEST_LINE || depth > DEEPEST || typeof value !== 'object' || value === null)
    return line
  const parts = Array.isArray(value)
    ? value.map((item) => format(item, depth + 1))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => `${JSON.stringify(key)}: ${format(item, depth + 1)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  // Without indentation, which would be a fiftieth of the whole.
  return `${open}\n${parts.join(',\n')}\n${close}`
}

/**
 * Writes a recording in place of the one of the same version.
 *
 * @param same the areas whose files stay as they are
 */
export function writeRecording({ provenance, areas }: Recording, same: readonly string[] = []): string {
  const folder = folderOf(provenance.system, provenance.version)
  // Beside it first: a disk that is full must not cost the recording that is there.
  const fresh = `${folder}.new`
  const remove = (path: string) => rmSync(path, { recursive: true, force: true })
  remove(fresh)
  mkdirSync(fresh, { recursive: true })
  const write = (name: string, value: unknown) =>
    writeFileSync(join(fresh, `${name}.json`), `${format(value)}\n`)
  try {
    for (const [area, exchanges] of Object.entries(areas))
      if (same.includes(area)) copyFileSync(join(folder, `${area}.json`), join(fresh, `${area}.json`))
      else write(area, fold(exchanges))
    write('recording', provenance)
  } catch (error) {
    remove(fresh)
    throw new SuiteError(`not recorded, and the recording of before is as it was: ${messageOf(error)}`)
  }
  remove(folder)
  renameSync(fresh, folder)
  return folder
}

/**
 * Puts areas in the place of those in the recording of the same server.
 *
 * @returns the folder of the recording
 * @throws SuiteError when that version was not recorded, or from another server
 */
export function mergeRecording(
  { system, version, digest }: Pick<Provenance, 'system' | 'version' | 'digest'>,
  areas: Record<string, StoredArea>,
  made: { suite: string; date: string },
): string {
  const recording = readRecording(system, version)
  const { provenance } = recording
  if (provenance.digest !== digest) {
    throw new SuiteError(
      `not recorded: the recording of ${system} ${version} is of another server (${provenance.digest || 'without a digest'}); record all areas: npm run record`,
    )
  }
  const again = { ...provenance.again, ...Object.fromEntries(Object.keys(areas).map((area) => [area, made])) }
  // An area that had another name is in another file.
  const inPlace = (area: string) =>
    [...recording.files].every(
      ([id, file]) => (file === `${area}.json`) === id in (recording.areas[area] ?? {}),
    )
  const same = Object.keys(recording.areas).filter((area) => !(area in areas) && inPlace(area))
  return writeRecording(
    { provenance: { ...provenance, again }, areas: { ...recording.areas, ...areas } },
    same,
  )
}
