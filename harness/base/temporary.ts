import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statfsSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { basename, join } from 'node:path'

/** A machine's name in what others may read is only told apart from others'. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)

/** Names this process among all that there are: in the names and labels of what it makes. */
export const OWNER = `${HOST}-${process.pid}`

/** Whether an owner is a process of this machine that is no more: killed, or it would have cleaned up. */
export function isGone(owner: string): boolean {
  const [host, pid] = owner.split('-')
  if (host !== HOST || !/^\d+$/.test(pid ?? '')) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    // Another user's process may not be asked, and is there.
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}

const PREFIX = 'ollama-conformance-'

/** A temporary folder of this process; what removes it is the caller's. Those of processes that are gone are removed. */
export function temporaryFolder(parent = tmpdir()): string {
  removeAbandoned()
  return mkdtempSync(join(parent, `${PREFIX}${OWNER}-`))
}

/** Where Linux has memory as a folder. */
const MEMORY = '/dev/shm'

/** What must be free there, bytes; a whole run takes less than a tenth of it. */
const ROOM = 2 * 2 ** 30

/** Where much is written and removed: in memory, where that has room and nobody says where; a disk makes servers wait. */
export function quickParent(): string {
  if (process.env.TMPDIR) return tmpdir()
  try {
    const { bavail, bsize } = statfsSync(MEMORY)
    return bavail * bsize >= ROOM ? MEMORY : tmpdir()
  } catch {
    return tmpdir()
  }
}

/** As often as it takes: a server that is ending may still write. */
export const removeFolder = (path: string) => rmSync(path, { recursive: true, force: true, maxRetries: 5 })

/** Removes the folders that killed runs of this machine and user left, and ends the servers in them. */
export function removeAbandoned(): void {
  endAbandoned()
  for (const path of [tmpdir(), MEMORY].flatMap(pathsIn)) {
    const owner = basename(path).match(/^ollama-conformance-([0-9a-f]{8}-\d+)-\w{6}$/)?.[1]
    if (owner === undefined || !isGone(owner)) continue
    try {
      const { uid } = lstatSync(path)
      if (process.getuid === undefined || uid === process.getuid()) removeFolder(path)
    } catch {
      // Another run was faster.
    }
  }
}

/** What stands in the environment of a server that has its home in such a folder. */
const AT_HOME = /(?:^|\0)HOME=[^\0]*\/ollama-conformance-([0-9a-f]{8}-\d+)-\w{6}(?:[/\0]|$)/

/** Ends servers of runs that were killed together with their keepers. Only Linux tells what a process was given. */
function endAbandoned(): void {
  for (const path of pathsIn('/proc').filter((path) => /\d$/.test(path))) {
    try {
      const owner = readFileSync(join(path, 'environ'), 'utf8').match(AT_HOME)?.[1]
      if (owner !== undefined && isGone(owner)) process.kill(Number(basename(path)), 'SIGKILL')
    } catch {
      // It has ended, or is another user's.
    }
  }
}

const pathsIn = (folder: string) =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
