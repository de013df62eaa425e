import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { EXIT } from '../base/exit.ts'
import { jsonOption } from './options.ts'

type Options = { out: string; json?: true }

/** `models`: the files of the instruments, for a server on which the suite cannot make its models. */
export const models = (): Command =>
  new Command('models')
    .summary('write the models of the suite as files')
    .description(
      'Writes the GGUF files of the instruments, the models with a known answer, and what each model of the suite is made of: for servers that make no models over HTTP, and for tests of your own.',
    )
    .requiredOption('--out <folder>', 'where to write them')
    .addOption(jsonOption('which files were written'))
    .action(async ({ out, json }: Options) => {
      const [{ createFiles, instrumentFiles, instruments }, definitions] = await Promise.all([
        import('../../fixtures/instruments/instruments.ts'),
        import('../../fixtures/instruments/models.ts'),
      ])
      const { createBody, modelDefinitions, PARAMETERS, PREFIX } = definitions
      mkdirSync(join(out, 'create'), { recursive: true })
      const files: { file: string; bytes: number; digest?: string }[] = []
      const write = (file: string, content: string | Uint8Array, digest?: string) => {
        writeFileSync(join(out, file), content)
        files.push({ file, bytes: Buffer.byteLength(content), ...(digest ? { digest } : {}) })
      }
      const instrumentLines: string[] = []
      for (const [name, { about }] of Object.entries(instruments)) {
        for (const [index, { file, bytes, digest }] of instrumentFiles(
          name as keyof typeof instruments,
        ).entries()) {
          write(file, bytes, digest)
          const does = index === 0 ? about : `the projector of ${name}: makes of an image what the model sees`
          instrumentLines.push(`| \`${file}\` | ${does} | \`${digest}\` |`)
        }
      }
      const modelLines: string[] = []
      for (const [name, model] of Object.entries(modelDefinitions)) {
        const { instrument, parameters = PARAMETERS, ...rest } = model
        const whole = { ...rest, files: Object.keys(createFiles(instrument)), parameters }
        write(`${name}.Modelfile`, modelfile(whole))
        const body = createBody(name as keyof typeof modelDefinitions)
        write(`create/${name}.json`, `${JSON.stringify(body, null, 2)}\n`)
        modelLines.push(
          `| \`${PREFIX}${name}\` | ${whole.files.map((file) => `\`${file}\``).join(', ')} | ${special(whole, PARAMETERS)} |`,
        )
      }
      const named = Object.keys(modelDefinitions).map((name) => `  ${name}: ${PREFIX}${name}`)
      write('models.yaml', ['models:', ...named, ''].join('\n'))
      write('README.md', page(instrumentLines, modelLines))
      if (json) console.log(JSON.stringify(files, null, 1))
      else {
        const total = files.reduce((sum, { bytes }) => sum + bytes, 0)
        const kinds = `${Object.keys(instruments).length} instruments and ${modelLines.length} models`
        console.log(
          `wrote ${kinds}, ${(total / 1e6).toFixed(1)} MB, to ${out}; ${join(out, 'README.md')} says what each is`,
        )
      }
      process.exitCode = EXIT.fine
    })

type Definition = {
  files: string[]
  parameters: Record<string, unknown>
  template?: string
  system?: string
  messages?: { role: string; content: string }[]
  parser?: string
}

/** The same in the words of \`ollama create -f\`. */
function modelfile({ files, template, system, parameters, messages = [], parser }: Definition): string {
  const quoted = (text: string) => (/["\n{]/.test(text) ? `"""${text}"""` : `"${text}"`)
  return [
    ...files.map((file) => `FROM ./${file}`),
    ...(template === undefined ? [] : [`TEMPLATE ${quoted(template)}`]),
    ...(system === undefined ? [] : [`SYSTEM ${quoted(system)}`]),
    ...(parser === undefined ? [] : [`PARSER ${parser}`]),
    ...Object.entries(parameters).flatMap(([name, value]) =>
      [value].flat().map((one) => `PARAMETER ${name} ${typeof one === 'string' ? JSON.stringify(one) : one}`),
    ),
    ...messages.map(({ role, content }) => `MESSAGE ${role} ${quoted(content)}`),
    '',
  ].join('\n')
}

/** What a model has beside its file. */
function special({ template, system, parameters, messages, parser }: Definition, usual: object): string {
  const code = (text: string) => `\`\` ${text.replaceAll('|', '\\|').replaceAll('\n', '⏎')} \`\``
  const parts = [
    template === undefined ? undefined : `template ${code(template)}`,
    system === undefined ? undefined : `system message ${code(system)}`,
    messages === undefined ? undefined : `${messages.length} messages of history`,
    parser === undefined ? undefined : `parser \`${parser}\``,
    parameters === usual ? undefined : `parameters ${code(JSON.stringify(parameters))}`,
  ]
  return parts.filter((part) => part !== undefined).join(', ') || 'nothing more'
}

const page = (instruments: string[], models: string[]) => `# Models with a known answer

Written by \`ollama-conformance models\`. Nothing here was trained: the weights are set by hand, so that the right answer is known
token for token. Each file is a whole \`llama\` model in F32 with one block, which any server that reads GGUF loads in milliseconds.

Beside each model stands what makes it: a Modelfile for \`ollama create\`, and in \`create/\` the body for \`POST /api/create\`, for
which the file must first be uploaded to \`/api/blobs/<digest>\`:

\`\`\`sh
ollama create conformance/successor -f successor.Modelfile
# or
curl -X POST http://127.0.0.1:11434/api/blobs/<digest> --data-binary @successor.gguf
curl -X POST http://127.0.0.1:11434/api/create -d @create/successor.json
\`\`\`

\`models.yaml\` is the part of an \`ollama-conformance.yaml\` that says under which name your server has each model: write your names
on the right, and leave out what it does not have.

## Instruments

| file | what it does | digest |
| --- | --- | --- |
${instruments.join('\n')}

Try one: \`successor\` answers the raw prompt \`abc\` at temperature 0 with \`defghi…\`.

## Models of the suite

Each is one of these files with what the third column says. \`mistyped\` has a parameter of the wrong type on purpose, which
\`ollama create\` refuses and \`POST /api/create\` takes.

| model | file | beside it |
| --- | --- | --- |
${models.join('\n')}
`
