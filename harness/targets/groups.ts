import { execFileSync } from 'node:child_process'

/** Sends a signal to a process group: to a server and to what it started; to all of them, where it is only one signal. */
export function signalGroup(group: number, name: NodeJS.Signals): void {
  try {
    if (process.platform === 'win32') execFileSync('taskkill', ['/pid', String(group), '/t', '/f'])
    else process.kill(-group, name)
  } catch {
    // The group has ended already.
  }
}
