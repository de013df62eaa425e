import type { IncomingMessage, ServerResponse } from 'node:http'

const GENERATES = /^\/api\/(generate|chat|embed)$/
const MINUTE = 60_000
const TOKENS_PER_MS = 10

/**
 * The part of an Ollama that keeps models loaded, for `fakeOllama`: each request for one starts its time anew, five minutes
 * or its `keep_alive`, a number of seconds or a text of milliseconds.
 */
export class Loading {
  /** Until when, ms, by model. */
  readonly until = new Map<string, number>()

  readonly answer = (request: IncomingMessage, response: ServerResponse): boolean => {
    const { url = '', method } = request
    if (method === 'GET' && url === '/api/ps') {
      this.#json(response, {
        models: [...this.until].map(([name, until]) => ({
          name,
          model: name,
          expires_at: new Date(until).toISOString(),
          context_length: 4096,
        })),
      })
      return true
    }
    if (method !== 'POST' || !GENERATES.test(url)) return false
    void this.#generate(request, response)
    return true
  }

  async #generate(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url } = request
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const { model, keep_alive = 5 * 60, stream, options } = JSON.parse(Buffer.concat(parts).toString())
    if (!model) return this.#json(response, { error: 'model is required' }, 400)
    const name = model.includes(':') ? model : `${model}:latest`
    const time = typeof keep_alive === 'string' ? Number.parseFloat(keep_alive) : keep_alive * 1000
    if (time === 0) this.until.delete(name)
    else this.until.set(name, time < 0 ? Date.now() + 100 * 365 * 24 * 60 * MINUTE : Date.now() + time)
    const answer = { model, response: 'a', done: true, done_reason: 'stop', embeddings: [[1]] }
    if (stream !== false && url !== '/api/embed') response.write('{"response":"a","done":false}\n')
    const tokens = keep_alive === 0 ? 0 : (options?.num_predict ?? 0)
    // When its client leaves, nothing goes on.
    setTimeout(() => this.#json(response, answer), tokens / TOKENS_PER_MS)
  }

  #json(response: ServerResponse, value: unknown, status = 200): void {
    if (!response.headersSent)
      response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' })
    response.end(JSON.stringify(value))
  }
}
