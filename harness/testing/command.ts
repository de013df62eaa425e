import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from '../base/paths.ts'
import { cleanEnvironment } from './checkout.ts'

export type Ran = { code: number | null; stdout: string; stderr: string }

/**
 * Runs the command `ollama-conformance` in a folder, as its users do.
 *
 * @param root the checkout whose command it is
 */
export function command(
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
  root = ROOT,
): Promise<Ran> {
  const child = spawn(process.execPath, [join(root, 'harness/commands/cli.ts'), ...args], {
    cwd: folder,
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ran: Ran = { code: null, stdout: '', stderr: '' }
  child.stdout.on('data', (part) => {
    ran.stdout += part
  })
  child.stderr.on('data', (part) => {
    ran.stderr += part
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ ...ran, code })))
}
