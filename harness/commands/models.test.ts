import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createFiles } from '../../fixtures/instruments/instruments.ts'
import { modelDefinitions } from '../../fixtures/instruments/models.ts'
import { command } from '../testing/command.ts'
import { temporaryFolder } from '../testing/folder.ts'

test('every model of the suite as files, and a page that says what each is', async () => {
  const folder = temporaryFolder()
  const { code, stdout, stderr } = await command(folder, ['models', '--out', 'out/models', '--json'])
  expect(code, stderr).toBe(0)
  const out = join(folder, 'out/models')
  const written = JSON.parse(stdout) as { file: string; digest?: string }[]
  const page = readFileSync(join(out, 'README.md'), 'utf8')
  for (const { file, digest } of written.filter(({ file }) => file.endsWith('.gguf'))) {
    const hash = createHash('sha256').update(readFileSync(join(out, file)))
    expect(`sha256:${hash.digest('hex')}`).toBe(digest)
    expect(page).toContain(`| \`${file}\` |`)
  }
  for (const [name, { instrument }] of Object.entries(modelDefinitions)) {
    expect(page).toContain(`| \`conformance/${name}\` | \`${instrument}.gguf\``)
    const modelfile = readFileSync(join(out, `${name}.Modelfile`), 'utf8')
    const from = modelfile.split('\n').filter((line) => line.startsWith('FROM '))
    expect(from).toEqual(Object.keys(createFiles(instrument)).map((file) => `FROM ./${file}`))
    const body = JSON.parse(readFileSync(join(out, 'create', `${name}.json`), 'utf8'))
    expect(body).toMatchObject({ model: `conformance/${name}`, stream: false })
  }
  expect(readFileSync(join(out, 'historian.Modelfile'), 'utf8')).toContain('MESSAGE user "ping"\n')
  expect(readdirSync(out).length).toBe(written.length - Object.keys(modelDefinitions).length + 1)
})

test('without a folder it says which option is missing', async () => {
  const { code, stderr } = await command(temporaryFolder(), ['models'])
  expect(code).toBe(2)
  expect(stderr).toMatch(
    /required option '--out <folder>' not specified; see ollama-conformance models --help/,
  )
})
