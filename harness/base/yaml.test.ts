import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { fromRoot } from './paths.ts'
import { parseYaml, yamlWithLines } from './yaml.ts'

// What is read fast is also read by the parser that knows the lines, to tell what is wrong: both must see the same.
test.each(
  ['specs', 'schemas', 'docs', 'fixtures/clients'].flatMap((folder) =>
    readdirSync(fromRoot(folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.yaml'))
      .map((file) => `${folder}/${file}`),
  ),
)('%s says the same to both parsers', (file) => {
  const text = readFileSync(fromRoot(file), 'utf8')
  expect(parseYaml(text)).toEqual(yamlWithLines().parse(text, { maxAliasCount: -1 }))
})
