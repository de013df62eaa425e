import { expect, onTestFinished, test } from 'vitest'
import { ROOT } from '../base/paths.ts'
import { loadLedger } from '../ledger/ledger.ts'
import { readRecording, recordedVersions } from '../recording/recording.ts'
import { startReplay } from '../recording/replay.ts'
import { readResults } from '../report/stored.ts'
import { startSuites } from '../testing/checkout.ts'
import { fakeOllama } from '../testing/fake-ollama.ts'
import { temporaryFolder } from '../testing/folder.ts'
import { Loading } from '../testing/loading.ts'
import { gate, type Proxy } from '../testing/pass-on.ts'
import { startProxy } from '../testing/proxy.ts'
import { EXCHANGE_HEADER } from '../wire/client.ts'
import { NAMING_VARIABLE } from './server-client.ts'

const TOKEN = 'Bearer open-sesame'
const PATH = '/base/path'

/** Has every route, for whoever asks for nothing. */
const everywhere: Proxy = ({ url = '', method = '', headers }, response) => {
  if (url.endsWith('/conformance-nothing') && !/models|keys|blobs/.test(url)) return false
  if (!String(headers[EXCHANGE_HEADER]).startsWith('served#')) return false
  response.writeHead(400, { 'content-type': 'application/json' })
  response.end(method === 'HEAD' ? undefined : '{"error":"nothing was asked for"}')
  return true
}

/**
 * A real server by its recording, behind a proxy that passes everything on. What the harness asks, which is not recorded, a
 * stand-in answers. On a real one: `npm run proxied -- binary:/path/to/ollama`.
 */
test(
  'a server behind a proxy with a token and a path gets the verdicts that it gets itself',
  { timeout: 300_000 },
  async () => {
    const version = recordedVersions('ollama').at(-1) as string
    const replay = await startReplay(readRecording('ollama', version))
    const loading = new Loading()
    const standIn = fakeOllama(version, (...asked) => everywhere(...asked) || loading.answer(...asked))
    onTestFinished(async () => {
      standIn.close().closeAllConnections()
      await replay.stop()
    })
    const ids = loadLedger()
    const upstream = await startProxy(replay.url, {
      instead: (request, response) => {
        if (ids.has(String(request.headers[EXCHANGE_HEADER]).replace(/#.*/, ''))) return false
        standIn.emit('request', request, response)
        return true
      },
    })
    const proxy = await startProxy(upstream, { instead: gate(PATH, TOKEN) })
    const reports = temporaryFolder()
    const { output } = await startSuites(ROOT, {
      OLLAMA_TARGET: proxy + PATH,
      CONFORMANCE_HEADERS: 'authorization=THE_TOKEN',
      THE_TOKEN: TOKEN,
      CONFORMANCE_REPORTS: reports,
      [NAMING_VARIABLE]: 'yes',
    }).ended
    const { statements, messages } = readResults(`${reports}/ollama-${version}-url/results.json`)
    const aside = /the suite did not start this|reaches the suite's registry|^holds for /
    const red = statements.filter(
      ({ status, message }) => status !== 'pass' && !(status === 'not-applicable' && aside.test(message)),
    )
    expect(
      red.map(({ id, status, message }) => `${id} ${status}: ${message.split('\n')[0]}`),
      output.split('\n').slice(-40).join('\n'),
    ).toEqual([])
    expect(messages.filter(({ status }) => status !== 'pass')).toEqual([])
    expect(statements.filter(({ status }) => status === 'pass').length).toBeGreaterThan(1500)
  },
)
