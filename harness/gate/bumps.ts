import { execFileSync } from 'node:child_process'
import { messageOf, SuiteError } from '../base/errors.ts'
import { type Mention, mentionsIn } from './mentions.ts'

/** A version of Ollama that a change to a repository puts in the place of another. */
export type Bump = {
  file: string
  /** In the new file. */
  line: number
  /** What has the version: `ollama/ollama`, `OLLAMA_VERSION`. */
  subject: string
  from: Mention
  to: Mention
}

/** Lines of a hunk on both sides, from the first on, up to but without the last. */
type Hunk = { was: [number, number]; is: [number, number] }

/** The bumps between two commits of the repository in a folder. */
export function bumpsBetween(folder: string, base: string, head: string, chosen: readonly string[]): Bump[] {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'core.quotePath=false', ...args], {
      cwd: folder,
      encoding: 'utf8',
      maxBuffer: 1 << 30,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  const [to, from] = [commit(git, head), commit(git, base)]
  const start = branchPoint(git, from, to)
  const show = (at: string, path: string) => git('show', `${at}:${path}`)
  return changedFiles(git, start, to).flatMap(({ was, is }) => {
    // Most files of most changes say nothing of it.
    const after = show(to, is)
    if (!chosen.includes(is) && !/ollama/i.test(is + after)) return []
    const before = mentionsIn(was, show(start, was), chosen.includes(is))
    const hunks = hunksOf(git('diff', '--unified=0', '--find-renames', start, to, '--', was, is))
    return paired(before, mentionsIn(is, after, chosen.includes(is)), hunks).map(([old, now]) => ({
      file: is,
      line: now.line,
      subject: now.subject,
      from: old,
      to: now,
    }))
  })
}

type Git = (...args: string[]) => string

function commit(git: Git, name: string): string {
  try {
    return git('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`).trim()
  } catch (error) {
    if (/not a git repository|ENOENT/.test(messageOf(error)))
      throw new SuiteError('a bump is found in a git repository, with git; there is none here')
    throw new SuiteError(
      `${name} is no commit of this repository; a clone in CI often has the last one only: fetch more (fetch-depth: 2, or 0)`,
    )
  }
}

/** Where a branch left the other; the other itself where the clone does not reach so far. */
function branchPoint(git: Git, base: string, head: string): string {
  try {
    return git('merge-base', base, head).trim()
  } catch {
    return base
  }
}

function changedFiles(git: Git, base: string, head: string): { was: string; is: string }[] {
  const parts = git('diff', '--name-status', '--find-renames', '--diff-filter=MR', '-z', base, head).split(
    '\0',
  )
  const files: { was: string; is: string }[] = []
  while (parts.length > 1) {
    const status = parts.shift() as string
    const was = parts.shift() as string
    files.push({ was, is: status.startsWith('R') ? (parts.shift() as string) : was })
  }
  return files
}

const hunksOf = (diff: string): Hunk[] =>
  [...diff.matchAll(/^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/gm)].map(([, a, b = '1', c, d = '1']) => ({
    was: [Number(a), Number(a) + Number(b)],
    is: [Number(c), Number(c) + Number(d)],
  }))

/** What stood in a place and what stands there now: first within a hunk, then within the file. */
function paired(before: readonly Mention[], after: readonly Mention[], hunks: readonly Hunk[]) {
  const inside = (all: readonly Mention[], [first, end]: [number, number]) =>
    all.filter(({ line }) => line >= first && line < end)
  const pairs: [Mention, Mention][] = []
  const pair = (old: Mention[], now: Mention[], same: (a: Mention, b: Mention) => boolean) => {
    for (const one of old.slice()) {
      const other = now.find((candidate) => same(one, candidate))
      if (!other) continue
      old.splice(old.indexOf(one), 1)
      now.splice(now.indexOf(other), 1)
      pairs.push([one, other])
    }
  }
  const bySubject = (a: Mention, b: Mention) => a.subject === b.subject
  const left: [Mention[], Mention[]] = [[], []]
  for (const { was, is } of hunks) {
    const [old, now] = [inside(before, was), inside(after, is)]
    pair(old, now, bySubject)
    pair(old, now, () => true)
    left[0].push(...old)
    left[1].push(...now)
  }
  pair(...left, bySubject)
  return pairs
    .filter(([old, now]) =>
      old.version && now.version ? old.version !== now.version : old.text !== now.text,
    )
    .sort(([, a], [, b]) => a.line - b.line)
}
