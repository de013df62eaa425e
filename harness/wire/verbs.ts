import type { AnswerOf, BodyOf } from './answers.ts'
import type { Client } from './client.ts'
import type { Exchange, Request } from './exchange.ts'
import type { Call } from './transport.ts'

/** What a request may have beside its body. */
export type More = Pick<Request, 'headers' | 'to' | 'aside'>

/** Sends a request with one method. The body and what may be read of the answer are typed by the path. */
export type Verb<Method extends string> = {
  /** Sends it and waits until the exchange has ended, however it ended. */
  <const Path extends string>(
    path: Path,
    body?: BodyOf<Method, Path>,
    more?: More,
  ): Promise<Exchange<AnswerOf<Method, Path>>>
  /** Sends it without waiting for the answer. */
  start<const Path extends string>(
    path: Path,
    body?: BodyOf<Method, Path>,
    more?: More,
  ): Call<AnswerOf<Method, Path>>
  /** Sends a request that is wrong on purpose, to every version, and so is not held to its schema. */
  wrong<const Path extends string>(
    path: Path,
    body?: unknown,
    more?: More,
  ): Promise<Exchange<AnswerOf<Method, Path>>>
}

/** The methods of HTTP as functions; another method goes through `client.send`. */
export type Verbs = {
  get: Verb<'GET'>
  head: Verb<'HEAD'>
  post: Verb<'POST'>
  put: Verb<'PUT'>
  del: Verb<'DELETE'>
}

/** The verbs of a client: `post('/api/generate', { model, prompt: 'abc' })`. */
export function verbsOf(client: Client): Verbs {
  const verb = <Method extends string>(method: Method): Verb<Method> => {
    const request = <Path extends string>(path: Path, body: unknown, more: More | undefined) => ({
      method,
      path,
      body,
      ...more,
    })
    return Object.assign(
      <Path extends string>(path: Path, body?: unknown, more?: More) =>
        client.send<Method, Path>(request(path, body, more)),
      {
        start: <Path extends string>(path: Path, body?: unknown, more?: More) =>
          client.start<Method, Path>(request(path, body, more)),
        wrong: <Path extends string>(path: Path, body?: unknown, more?: More) =>
          client.send<Method, Path>({ ...request(path, body, more), wrong: true }),
      },
    )
  }
  return { get: verb('GET'), head: verb('HEAD'), post: verb('POST'), put: verb('PUT'), del: verb('DELETE') }
}
