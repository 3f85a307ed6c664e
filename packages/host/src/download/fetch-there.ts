import { DownloadError } from '../errors.ts'
import { renderCurlConfig } from './curl-config.ts'
import { DownloadPlace } from './download-place.ts'
import { shownUrl } from './download-source.ts'
import {
  judgeResponse,
  tooLarge,
  type Ask,
  type ResponseHead,
  type Take,
  type Verdict,
} from './judge-response.ts'
import { nextHop } from './next-hop.ts'
import { HeadReader, headsAmong } from './response-head.ts'
import type { Fetcher } from './worker-fetcher.ts'

/** Told how many bytes are there, and how many there will be. */
export type Tell = (bytes: number, totalBytes: number | undefined) => void

/**
 * Has a program of the machine fetch one hop into the place.
 * @returns what was decided; `take` when all of the body is there
 * @throws DownloadError `fetch-failed` when there was no response, `fetch-cut` when it broke off; else what `judgeResponse` throws
 */
export async function fetchThere(
  place: DownloadPlace,
  fetcher: Fetcher,
  ask: Ask,
  tell: Tell,
): Promise<Verdict> {
  return fetcher === 'curl' ? fetchByCurl(place, ask, tell) : fetchByWget(place, fetcher, ask, tell)
}

async function fetchByCurl(place: DownloadPlace, ask: Ask, tell: Tell): Promise<Verdict> {
  place.fetch('curl -', ...renderCurlConfig(ask), '')
  const reader = new HeadReader()
  const ending = new Ending()
  const flow = new Flow(ask)
  let verdict: Verdict | undefined
  let refusal: { readonly error: unknown } | undefined
  for (;;) {
    const line = await place.next()
    if (line.startsWith('head ')) {
      const head = readHead(reader, line.slice('head '.length), ask)
      if (head === undefined) continue
      try {
        verdict = judgeResponse(head, ask)
      } catch (error) {
        refusal = { error }
      }
      place.say(refusal === undefined ? answer(verdict, ask) : 'stop')
    } else if (line.startsWith('size ') && verdict?.kind === 'take') {
      const bytes = Number(line.split(' ')[1])
      flow.assertGoesOn(bytes, verdict.totalBytes)
      tell(bytes, verdict.totalBytes)
    } else if (ending.push(line)) break
  }
  if (refusal !== undefined) throw refusal.error
  if (verdict === undefined || verdict.kind === 'more') throw ending.failed(ask)
  if (verdict.kind !== 'take') return verdict
  // What a server sends behind the body (trailers) is printed there too.
  const whole = verdict.start + (ending.bodyBytes ?? Infinity)
  if (ending.exitCode === 0 && ending.bytes > whole) {
    place.cut(whole)
    ending.bytes = whole
  }
  return ended(place, verdict, ending, ask)
}

function readHead(reader: HeadReader, line: string, { source }: Ask): ResponseHead | undefined {
  try {
    return reader.push(line)
  } catch (cause) {
    const url = shownUrl(source.url)
    throw new DownloadError('fetch-failed', `cannot fetch ${url}: ${String(cause)}`, { url, cause })
  }
}

function answer(verdict: Verdict | undefined, { maxBytes }: Ask): string {
  if (verdict?.kind === 'take') return DownloadPlace.take(verdict, maxBytes)
  return verdict?.kind === 'more' ? 'more' : 'stop'
}

/** Neither can go on with what is there, so that it is dropped before, and nothing is kept of what they fetch. */
async function fetchByWget(
  place: DownloadPlace,
  fetcher: 'wget' | 'busybox',
  ask: Ask,
  tell: Tell,
): Promise<Verdict> {
  const { source, maxBytes, idleTimeoutMs } = ask
  const limit = maxBytes === undefined ? '-' : String(maxBytes + 1)
  place.clear()
  place.fetch(`${fetcher} ${limit} ${Math.ceil(idleTimeoutMs / 1_000)}`, source.url.href, '')
  const ending = new Ending()
  const flow = new Flow(ask)
  for (;;) {
    const line = await place.next()
    const [word, bytes, told = ''] = line.split(' ')
    if (word === 'size') {
      const total = told === '' ? undefined : Number(told)
      flow.assertGoesOn(Number(bytes), total)
      tell(Number(bytes), total)
    } else if (ending.push(line)) break
  }
  let verdict: Verdict | undefined
  let hop = source
  for (const head of headsAmong(ending.said)) {
    const all = { ...ask, source: hop, start: 0, validator: '', hasDigest: false }
    verdict = judgeResponse(head, all)
    // busybox has followed it already: what was not allowed is found out afterwards.
    if (verdict.kind === 'redirect' && fetcher === 'busybox') hop = nextHop(hop, verdict)
  }
  if (verdict === undefined || verdict.kind === 'more') throw ending.failed(ask)
  if (verdict.kind !== 'take') return verdict
  return ended(place, { ...verdict, validator: undefined }, ending, ask)
}

async function ended(place: DownloadPlace, verdict: Take, ending: Ending, ask: Ask): Promise<Verdict> {
  const { maxBytes, source } = ask
  if (maxBytes !== undefined && ending.bytes > maxBytes) throw tooLarge(source, maxBytes)
  if (ending.isFull) throw await place.failure()
  assertWhole(verdict, ending.bytes, ending.exitCode === 0 ? undefined : ending.complaint, ask)
  return verdict
}

/** @throws DownloadError `fetch-cut` unless all has come */
export function assertWhole(
  { totalBytes }: Pick<Take, 'totalBytes'>,
  bytes: number,
  complaint: string | undefined,
  { source }: Ask,
  cause?: unknown,
): void {
  if (complaint === undefined && (totalBytes === undefined || totalBytes === bytes)) return
  const of = totalBytes === undefined ? '' : ` of ${totalBytes}`
  const why = complaint === undefined ? '' : `: ${complaint}`
  const url = shownUrl(source.url)
  throw new DownloadError('fetch-cut', `${url} was cut after ${bytes}${of} bytes${why}`, { url, cause })
}

/**
 * Notices when nothing comes any more. curl would take the mean of some seconds, and busybox's wget has no time limit that
 * works everywhere.
 */
class Flow {
  readonly #ask: Ask
  #bytes = -1
  #since = 0

  constructor(ask: Ask) {
    this.#ask = ask
  }

  /** @throws DownloadError `fetch-cut` when the bytes are as many as they were for too long */
  assertGoesOn(bytes: number, totalBytes: number | undefined): void {
    const { idleTimeoutMs } = this.#ask
    const now = performance.now()
    if (bytes !== this.#bytes) this.#since = now
    this.#bytes = bytes
    const idle = `nothing came for ${idleTimeoutMs} ms`
    if (now - this.#since > idleTimeoutMs) assertWhole({ totalBytes }, bytes, idle, this.#ask)
  }
}

/** What a program has said in the end. */
class Ending {
  readonly said: string[] = []
  exitCode = 0
  bytes = 0
  isFull = false

  /** @returns true at the last line */
  push(line: string): boolean {
    if (line.startsWith('said ') && this.said.length < 1_000) this.said.push(line.slice('said '.length))
    if (!line.startsWith('done ')) return false
    const [, exitCode, bytes, full] = line.split(' ')
    this.exitCode = Number(exitCode)
    this.bytes = Number(bytes)
    this.isFull = full === 'full'
    return true
  }

  /** Of the body, as curl has counted them. */
  get bodyBytes(): number | undefined {
    const found = this.said
      .map((line) => /^size (\d+)$/.exec(line)?.[1])
      .findLast((bytes) => bytes !== undefined)
    return found === undefined ? undefined : Number(found)
  }

  get complaint(): string {
    const lines = this.said.filter((line) => line.trim() !== '' && !/^size \d+$|^ /.test(line))
    // curl explains at length what it has said in its first line.
    const said = lines.find((line) => /^(?:curl|wget): /.test(line)) ?? lines.at(-1)
    return said?.slice(0, 300) ?? `exit code ${this.exitCode}`
  }

  failed({ source }: Ask, why: string = this.complaint): DownloadError {
    const url = shownUrl(source.url)
    return new DownloadError('fetch-failed', `cannot fetch ${url}: ${why}`, { url })
  }
}
