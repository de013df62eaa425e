import { createHash } from 'node:crypto'
import { SHOWN_THOUGHTS, strangers } from '../../fixtures/instruments/strangers.ts'
import { tableModel } from '../../fixtures/instruments/table-model.ts'
import { compareVersions } from '../base/versions.ts'

/**
 * Puts the strangers on a real Ollama, as its owner would.
 *
 * @throws Error when it does not take one
 */
export async function bringStrangers(url: string): Promise<void> {
  const post = async (path: string, body: Uint8Array<ArrayBuffer> | string) => {
    const answer = await fetch(url + path, { method: 'POST', body })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${path} gave ${answer.status} ${text}`)
  }
  const { version } = (await (await fetch(`${url}/api/version`)).json()) as { version: string }
  const showsThoughts = compareVersions(version, '0.9.0') >= 0
  for (const [model, { table, template, ...rest }] of Object.entries(strangers)) {
    const file = Uint8Array.from(tableModel(table))
    const digest = `sha256:${createHash('sha256').update(file).digest('hex')}`
    await post(`/api/blobs/${digest}`, file)
    const shown = showsThoughts ? template : template?.replaceAll(SHOWN_THOUGHTS, '')
    const body = { model, files: { 'model.gguf': digest }, template: shown, stream: false, ...rest }
    await post('/api/create', JSON.stringify(body))
  }
}
