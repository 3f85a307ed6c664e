import { request as requestHttp, type IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { DownloadError } from '../errors.ts'
import { rangeHeaders } from './curl-config.ts'
import { DownloadPlace } from './download-place.ts'
import { shownUrl } from './download-source.ts'
import { assertWhole, type Tell } from './fetch-there.ts'
import { judgeResponse, tooLarge, type Ask, type Take, type Verdict } from './judge-response.ts'

/** Small pieces are joined, for each costs the machine a program: the first into less, so that a listener hears soon. */
const FIRST_FRAME_BYTES = 65_536
const FRAME_BYTES = 1_048_576
/** Nor does a slow server keep a listener waiting. */
const FRAME_MS = 250

/**
 * Fetches one hop by ourselves, and has the bytes written to the place as they come: no more than some pieces are here.
 * @returns as `fetchThere`, which throws the same
 */
export async function fetchHere(
  place: DownloadPlace,
  ask: Ask,
  tell: Tell,
  signal: AbortSignal | undefined,
): Promise<Verdict> {
  const response = await respond(ask, signal)
  try {
    const { statusCode = 0, headers } = response
    const flat = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')] as const)
    const verdict = judgeResponse({ status: statusCode, headers: Object.fromEntries(flat) }, ask)
    if (verdict.kind === 'take') await take(place, response, verdict, ask, tell, signal)
    return verdict
  } finally {
    response.destroy()
  }
}

async function respond({ source, start, validator, idleTimeoutMs }: Ask, signal: AbortSignal | undefined) {
  const { url } = source
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  const headers = {
    accept: '*/*',
    'accept-encoding': 'identity',
    'user-agent': 'x-host',
    ...source.headers,
    ...rangeHeaders(start, validator),
  }
  try {
    return await new Promise<IncomingMessage>((resolve, reject) => {
      const sent = request(url, { headers, agent: false, ...(signal && { signal }) })
      sent.once('response', resolve).on('error', reject)
      sent.setTimeout(idleTimeoutMs, () => sent.destroy(new Error(`nothing came for ${idleTimeoutMs} ms`)))
      sent.end()
    })
  } catch (cause) {
    signal?.throwIfAborted()
    const shown = shownUrl(url)
    throw new DownloadError('fetch-failed', `cannot fetch ${shown}: ${messageOf(cause)}`, {
      url: shown,
      cause,
    })
  }
}

async function take(
  place: DownloadPlace,
  body: IncomingMessage,
  verdict: Take,
  ask: Ask,
  tell: Tell,
  signal: AbortSignal | undefined,
): Promise<void> {
  place.say(`take ${DownloadPlace.take(verdict, undefined)}`)
  let bytes = verdict.start
  const { cut } = await forEachFrame(body, async (frame) => {
    if (ask.maxBytes !== undefined && bytes + frame.length > ask.maxBytes)
      throw tooLarge(ask.source, ask.maxBytes)
    if (!(await place.send(frame))) throw await place.failure()
    bytes += frame.length
    tell(bytes, verdict.totalBytes)
  })
  signal?.throwIfAborted()
  place.say('end')
  // It has written all, or says why not.
  await place.next()
  assertWhole(verdict, bytes, cut === undefined ? undefined : messageOf(cut), ask, cut)
}

/** @returns what ended the body too early; what `act` throws is thrown */
async function forEachFrame(
  body: AsyncIterable<Uint8Array>,
  act: (frame: Uint8Array) => Promise<void>,
): Promise<{ readonly cut: unknown }> {
  const iterator = body[Symbol.asyncIterator]()
  let pieces: Uint8Array[] = []
  let bytes = 0
  let cut: unknown
  let most = FIRST_FRAME_BYTES
  let since = performance.now()
  for (;;) {
    const next = await iterator.next().catch((error: unknown) => {
      cut = error
    })
    const isOver = next === undefined || next.done === true
    if (!isOver) {
      pieces.push(next.value)
      bytes += next.value.length
    }
    if (bytes > 0 && (isOver || bytes >= most || performance.now() - since > FRAME_MS)) {
      await act(Buffer.concat(pieces))
      pieces = []
      bytes = 0
      most = Math.min(FRAME_BYTES, most * 2)
      since = performance.now()
    }
    if (isOver) return { cut }
  }
}

/** Where several addresses were tried, each has its own reason. */
function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
