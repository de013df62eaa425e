import { PACKAGED } from '../base/paths.ts'
import type { System } from '../base/systems.ts'
import { binaryTarget, findProgram } from './binary.ts'
import { containersKnown, containerTarget, localImage } from './container.ts'
import { replayTarget } from './replay.ts'
import { OFFICIAL, parseTarget, TARGET_VARIABLE, type TargetSpec } from './spec.ts'
import type { Target } from './target.ts'
import { urlTarget } from './url.ts'

export type Choice = {
  target: Target
  /** Why this target, for the banner. */
  why: string
  /** How to choose another, where nobody chose this one. */
  hint: string | undefined
}

/**
 * The target that the environment asks for; where it asks for none, the most real one that costs nothing: a
 * container of an official image that is already here, else a program on the PATH, else the newest replay.
 *
 * @throws SuiteError when what was asked for cannot be had: nothing stands in for it
 */
export async function chooseTarget(system: System, say: (line: string) => void): Promise<Choice> {
  const variable = TARGET_VARIABLE[system]
  const asked = process.env[variable]
  if (asked) {
    return {
      target: await open(system, parseTarget(system, asked), say),
      why: `${variable}=${asked}`,
      hint: undefined,
    }
  }
  const { repository, binary } = OFFICIAL[system]
  const command = PACKAGED
    ? `npx ollama-conformance run ${system === 'ollama' ? '--target' : '--llama-server-target'} container`
    : `${variable}=container npx vitest run`
  const hint = `for a live one: ${command} (pulls ${repository} unless it is here), or binary, binary:<path>, http(s)://<host>:<port>/<path>`
  const image = await localImage(system)
  if (image) {
    const target = await open(system, { kind: 'container', image }, say)
    return { target, why: `${variable} is not set, and ${image} is on this machine`, hint }
  }
  if (findProgram(binary)) {
    const target = await open(system, { kind: 'binary', path: binary }, say)
    return { target, why: `${variable} is not set, and ${binary} is on the PATH`, hint }
  }
  const target = await open(system, { kind: 'replay', version: undefined }, say)
  const without = containersKnown()
    ? `there is no ${repository} image and no ${binary} here`
    : `there is no ${binary} here; containers need npm i testcontainers`
  return {
    target,
    why: `${variable} is not set, and ${without}`,
    hint,
  }
}

async function open(system: System, spec: TargetSpec, say: (line: string) => void): Promise<Target> {
  switch (spec.kind) {
    case 'container':
      return containerTarget(system, spec.image, say)
    case 'binary':
      return binaryTarget(system, spec.path)
    case 'url':
      return urlTarget(system, spec.url)
    case 'replay':
      return replayTarget(system, spec.version)
  }
}
