import { assertAbsolute, assertBytes, assertDelay, assertMode } from '../assert-arguments.ts'
import { assertEntry, withoutTrailingSlash } from '../entry-path.ts'
import { DownloadError, HostError } from '../errors.ts'
import type { DownloadHost, DownloadOptions, DownloadResult, DownloadRoute } from './download-options.ts'
import { DownloadPlace } from './download-place.ts'
import { isLocalName, parseSource, shownUrl, type DownloadSource } from './download-source.ts'
import { fetchHere } from './fetch-here.ts'
import { fetchThere, type Tell } from './fetch-there.ts'
import { isValidator, type Ask, type Verdict } from './judge-response.ts'
import { MAX_REDIRECTS, nextHop } from './next-hop.ts'
import { fetcherOf, type Fetcher } from './worker-fetcher.ts'

const IDLE_MS = 60_000

/**
 * Fetches a URL into a file of the machine: with curl or wget there, or through us where it has neither or reaches no
 * server. Redirects are followed, from https to nothing else.
 *
 * The bytes land in a private directory beside the target; they are summed there, compared, forced to disk, and get
 * their name in one step. Until then, and after every failure, what was there stays. A download that was cut leaves a
 * hidden `.part` when it can be gone on with (the server has a validator for it, or `sha256` is given): the next one for
 * the same URL and path does that, and the server says whether it is still the same. wget goes on with nothing. Every
 * other failure, and `signal`, leave nothing. Nothing is retried.
 *
 * What may be secret (the account and the query of the URL, the headers) is in no command line; but for busybox's wget,
 * which gets only URLs without it. That one checks no certificate either: https goes through us unless `sha256` is given.
 * @param to an absolute path on the machine; its directory must exist
 * @throws DownloadError `http-status`, `fetch-failed`, `fetch-cut`, `digest-mismatch`
 * @throws HostError `too-large`, `no-space`, `not-found`, `permission-denied`, `outside`, `connection-lost`, `closed`;
 * `unsupported` when the worker must fetch and can't; the reason of `signal`; TypeError for arguments that are none
 */
export async function download(
  host: DownloadHost,
  url: string | URL,
  to: string,
  options: DownloadOptions = {},
): Promise<DownloadResult> {
  const { sha256, signal, mode, within, headers } = options
  const source = parseSource(url, headers)
  const target = assertDownload(to, options)
  signal?.throwIfAborted()
  const fetcher = options.via === 'orchestrator' ? undefined : await fetcherOf(host, signal)
  const named = { url: source.url.href, sha256: sha256?.toLowerCase(), mode, within, signal }
  const place = await DownloadPlace.open(host, target, named)
  try {
    const result = await new Download(place, source, options, fetcher).run()
    await place.close()
    return result
  } catch (error) {
    const isKept = signal?.aborted !== true && isResumable(error)
    await (isKept ? place.close() : place.drop())
    signal?.throwIfAborted()
    throw error
  }
}

/** It may go on later, when the server or the way to it has recovered. */
function isResumable(error: unknown): boolean {
  if (!(error instanceof HostError)) return false
  if (error.code === 'connection-lost' || error.code === 'fetch-cut' || error.code === 'fetch-failed')
    return true
  const status = error instanceof DownloadError ? error.status : undefined
  return (
    status !== undefined &&
    error.code === 'http-status' &&
    (status >= 500 || [408, 425, 429].includes(status))
  )
}

function assertDownload(to: string, options: DownloadOptions): string {
  const { sha256, mode, within, maxBytes, idleTimeoutMs, via } = options
  assertAbsolute('to', to)
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/i.test(sha256))
    throw new TypeError(`expected sha256 to be 64 hexadecimal digits, got ${JSON.stringify(sha256)}`)
  if (mode !== undefined) assertMode(mode)
  if (within !== undefined) assertAbsolute('within', within)
  if (maxBytes !== undefined) assertBytes('maxBytes', maxBytes)
  if (idleTimeoutMs !== undefined) assertDelay('idleTimeoutMs', idleTimeoutMs)
  if (via !== undefined && !['auto', 'worker', 'orchestrator'].includes(via))
    throw new TypeError(`expected via to be auto, worker or orchestrator, got ${JSON.stringify(via)}`)
  return assertEntry(withoutTrailingSlash(to))
}

class Download {
  readonly #place: DownloadPlace
  readonly #source: DownloadSource
  readonly #options: DownloadOptions
  readonly #fetcher: Fetcher | undefined
  #resumedFrom = 0
  #told: number | undefined

  constructor(
    place: DownloadPlace,
    source: DownloadSource,
    options: DownloadOptions,
    fetcher: Fetcher | undefined,
  ) {
    this.#place = place
    this.#source = source
    this.#options = options
    this.#fetcher = fetcher
  }

  async run(): Promise<DownloadResult> {
    const place = this.#place
    const expected = this.#options.sha256?.toLowerCase()
    if (place.there !== undefined && expected !== undefined) {
      this.#tell(place.there, place.there)
      return { bytes: place.there, sha256: expected, skipped: true, resumedFrom: 0, via: undefined }
    }
    if (place.size > 0 && !isValidator(place.validator) && (expected === undefined || place.validator !== ''))
      place.clear()
    let via = await this.#bring()
    let content = await place.sum()
    if (expected !== undefined && content.sha256 !== expected && this.#resumedFrom > 0) {
      // What an earlier download has left may be at fault.
      place.clear()
      via = await this.#bring()
      content = await place.sum()
    }
    if (expected !== undefined && content.sha256 !== expected) throw this.#mismatch(expected, content.sha256)
    if (this.#told !== content.bytes) this.#tell(content.bytes, content.bytes)
    this.#options.signal?.throwIfAborted()
    await place.place()
    return { ...content, skipped: false, resumedFrom: this.#resumedFrom, via }
  }

  async #bring(): Promise<DownloadRoute> {
    const { via = 'auto' } = this.#options
    if (via === 'orchestrator') return this.#by('orchestrator')
    const isOurs = via === 'auto' && !isLocalName(this.#source.url)
    const lacking = this.#lacking()
    if (lacking !== undefined && !isOurs) throw lacking
    if (lacking !== undefined) return this.#by('orchestrator')
    try {
      return await this.#by('worker')
    } catch (error) {
      // What a server has answered there it would answer here.
      const isUnreached =
        error instanceof DownloadError && error.code === 'fetch-failed' && error.status === undefined
      if (!isOurs || !isUnreached) throw error
      return await this.#by('orchestrator').catch((ours: unknown) => {
        throw bothFailed(error, ours)
      })
    }
  }

  /** Why the worker can't fetch this one. */
  #lacking(): HostError | undefined {
    const { url, headers } = this.#source
    const why = (text: string): HostError =>
      new HostError('unsupported', `cannot fetch ${shownUrl(url)}: ${text}`)
    if (this.#fetcher === undefined) return why('the machine has no curl and no wget')
    if (this.#fetcher !== 'curl' && Object.keys(headers).length > 0)
      return why('without curl, headers would be seen in the process table there')
    if (this.#fetcher !== 'busybox') return undefined
    if (url.search !== '')
      return why("with busybox's wget, the query would be seen in the process table there")
    if (url.protocol === 'https:' && this.#options.sha256 === undefined)
      return why("busybox's wget checks no certificate, and there is no sha256")
    return undefined
  }

  async #by(route: DownloadRoute): Promise<DownloadRoute> {
    const place = this.#place
    let source = this.#source
    for (let hops = 0; ;) {
      const verdict = await this.#hop(route, source)
      if (verdict.kind === 'take') {
        this.#resumedFrom = verdict.start
        return route
      }
      if (verdict.kind === 'whole') {
        this.#resumedFrom = place.size
        return route
      }
      hops += 1
      if (verdict.kind !== 'redirect') {
        place.clear()
      } else if (hops <= MAX_REDIRECTS) {
        source = nextHop(source, verdict)
      } else {
        const url = shownUrl(this.#source.url)
        const what = `more than ${MAX_REDIRECTS} redirects from ${url}`
        throw new DownloadError('fetch-failed', what, { url, status: verdict.status })
      }
    }
  }

  async #hop(route: DownloadRoute, source: DownloadSource): Promise<Verdict> {
    const { maxBytes, sha256, idleTimeoutMs = IDLE_MS, signal } = this.#options
    const { size: start, validator } = this.#place
    const ask: Ask = { source, start, validator, hasDigest: sha256 !== undefined, maxBytes, idleTimeoutMs }
    const tell: Tell = (bytes, totalBytes) => this.#tell(bytes, totalBytes)
    if (route === 'orchestrator') return fetchHere(this.#place, ask, tell, signal)
    return fetchThere(this.#place, this.#fetcher ?? 'curl', ask, tell)
  }

  #tell(bytes: number, totalBytes: number | undefined): void {
    this.#told = bytes
    this.#options.onProgress?.({ bytes, totalBytes })
  }

  #mismatch(expected: string, got: string): DownloadError {
    const url = shownUrl(this.#source.url)
    return new DownloadError('digest-mismatch', `${url} has the SHA-256 ${got}, not ${expected}`, { url })
  }
}

/** The worker's reason stands beside ours. */
function bothFailed(theirs: DownloadError, ours: unknown): unknown {
  if (!(ours instanceof DownloadError) || ours.code !== 'fetch-failed') return ours
  const { url } = ours
  const message = `neither the worker nor we can fetch ${url}: there: ${theirs.message}; here: ${ours.message}`
  return new DownloadError('fetch-failed', message, { url, cause: new AggregateError([theirs, ours]) })
}
