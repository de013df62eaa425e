import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { cp, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { leave } from './leftovers.ts'

/** The folder of a store among those of a target. Ollama has in it `blobs/` and `manifests/<host>/<namespace>/<model>/<tag>`. */
export const storeIn = (folder: string, store: string): string => join(folder, `models-${store}`)

/**
 * The home of the next server, where so many were started before: what one keeps there for the next time is nothing that
 * another has to know.
 */
export const homeIn = (folder: string, count: number): string => join(folder, `home-${count + 1}`)

/** Has the models of a run, and is no server's. */
const KEPT = 'kept'

/** With the times of the files. */
const copyOf = (from: string, to: string) => cp(from, to, { recursive: true, preserveTimestamps: true })

/** Begins a store with what was kept; without the models, where these come as they are asked for. */
export async function beginStore(folder: string, store: string, shelved: boolean): Promise<void> {
  const [from, to] = [storeIn(folder, KEPT), storeIn(folder, store)]
  if (!existsSync(from)) leave(to)
  else if (shelved) await copyOf(join(from, 'blobs'), join(to, 'blobs'))
  else await copyOf(from, to)
}

const manifestsOf = (prefix: string) => join('manifests', 'registry.ollama.ai', prefix)

/**
 * Keeps the models that a store has, and takes them out of it where they are files as Ollama has them.
 *
 * @param models with one prefix, `<namespace>/`
 * @returns whether they are
 */
export async function keepModels(folder: string, store: string, models: readonly string[]): Promise<boolean> {
  const from = storeIn(folder, store)
  await copyOf(from, storeIn(folder, KEPT))
  const shelved = models.every((model) => existsSync(join(from, manifestsOf(model), 'latest')))
  if (shelved) await rm(join(from, 'manifests'), { recursive: true })
  return shelved
}

/**
 * Puts kept models into a store as they are asked for. With each request a server reads the manifest of every model that
 * it has, a third of its time where it has thirty: so it has those that the suite at hand asks for, and no others.
 */
export class Shelf {
  readonly #kept: string
  readonly #store: string
  /** Names in small letters, and the place of the manifest. */
  readonly #models: Map<string, string>
  readonly #blobs: Set<string>
  readonly #names: RegExp
  #placed = new Set<string>()

  /** @param prefix of the models' names, `<namespace>/` */
  constructor(folder: string, store: string, prefix: string) {
    this.#kept = storeIn(folder, KEPT)
    this.#store = storeIn(folder, store)
    this.#names = new RegExp(`${prefix}[\\w-]+`, 'g')
    const manifests = manifestsOf(prefix)
    this.#models = new Map(
      readdirSync(join(this.#kept, manifests)).map((name) => [
        prefix + name.toLowerCase(),
        join(manifests, name, 'latest'),
      ]),
    )
    this.#blobs = new Set([...this.#models.values()].flatMap((manifest) => this.#blobsOf(manifest)))
  }

  #blobsOf(manifest: string): string[] {
    return digestsIn(readFileSync(join(this.#kept, manifest), 'utf8'))
  }

  /** Puts what a text names into the store: models once, files of models again, for they may go with a model that is deleted. */
  place(text: string): void {
    for (const [name] of text.toLowerCase().replaceAll('%2f', '/').matchAll(this.#names)) {
      const manifest = this.#models.get(name)
      if (manifest === undefined || this.#placed.has(name)) continue
      this.#placed.add(name)
      for (const blob of this.#blobsOf(manifest)) this.#put(blob)
      this.#putManifest(manifest)
    }
    for (const blob of digestsIn(text)) if (this.#blobs.has(blob)) this.#put(blob)
  }

  /** Takes out the models that are there. No request may be under way. */
  clear(): void {
    for (const name of this.#placed)
      rmSync(join(this.#store, dirname(this.#models.get(name) as string)), { recursive: true, force: true })
    this.#placed = new Set()
  }

  #put(blob: string): void {
    const to = join(this.#store, 'blobs', blob)
    if (!existsSync(to)) copyFileSync(join(this.#kept, 'blobs', blob), to)
  }

  /** At once: a server may be reading its manifests. */
  #putManifest(manifest: string): void {
    const [to, beside] = [join(this.#store, manifest), join(this.#store, 'next')]
    mkdirSync(dirname(to), { recursive: true })
    const from = join(this.#kept, manifest)
    copyFileSync(from, beside)
    // By these the models are listed.
    const { atime, mtime } = statSync(from)
    utimesSync(beside, atime, mtime)
    renameSync(beside, to)
  }
}

/** The names of the files whose digests a text has. */
const digestsIn = (text: string) =>
  [...text.matchAll(/sha256:([0-9a-f]{64})/g)].map(([, hex]) => `sha256-${hex}`)
