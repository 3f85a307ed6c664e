import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Duplex } from 'node:stream'
import type { Host } from '@x/host'
import { anySignal } from '../../any-signal.ts'

/** For an answer, in milliseconds. */
const ANSWER_MS = 5_000
const QUESTION = /^x-whose ([0-9a-f]{64})\n$/
const ANSWER = /^([0-9a-f]{64})\n/

/** The way of which session, and where: an answer that is passed on from another one proves nothing. */
export interface PortClaim {
  readonly taskId: string
  readonly port: number
}

/** What renews the login: nobody knows it but those who have the store. */
export type PortSecret = () => Promise<string>

/** The number once in a question; `undefined` for whatever else begins a connection. */
export function nonceIn(bytes: Uint8Array): string | undefined {
  return QUESTION.exec(Buffer.from(bytes).toString('latin1'))?.[1]
}

/** What only somebody with the login's store can say. Tells nothing of the secret. */
export function renderProof(secret: string, { taskId, port }: PortClaim, nonce: string): string {
  return createHmac('sha256', secret).update(`${taskId} ${port} ${nonce}`).digest('hex')
}

/**
 * Asks whoever listens at a session's port whether it is a process of ours. A stranger learns a random number.
 * @returns the connection, which lasts as long as the other one has the port; `undefined` for a stranger. The caller
 * destroys it
 */
export async function findOurs(
  host: Host,
  claim: PortClaim,
  secret: PortSecret,
  signal: AbortSignal,
): Promise<Duplex | undefined> {
  const deadline = anySignal([signal, AbortSignal.timeout(ANSWER_MS)])
  const nonce = randomBytes(32).toString('hex')
  let stream: Duplex | undefined
  try {
    stream = await host.connect({ tcp: claim.port }, { signal: deadline })
    const said = readAnswer(stream, deadline)
    stream.write(`x-whose ${nonce}\n`)
    const proof = Buffer.from(ANSWER.exec(await said)?.[1] ?? '', 'hex')
    const expected = Buffer.from(renderProof(await secret(), claim, nonce), 'hex')
    if (proof.length === expected.length && timingSafeEqual(proof, expected)) return stream
  } catch {
    // Nobody is there, or nobody who knows.
  }
  stream?.destroy()
  return undefined
}

/** Resolves when a connection is over, or the signal says so. */
export async function untilClosed(stream: Duplex, signal: AbortSignal): Promise<void> {
  const destroy = (): void => void stream.destroy()
  signal.addEventListener('abort', destroy, { once: true })
  try {
    if (signal.aborted) destroy()
    if (!stream.closed) await new Promise((resolve) => stream.once('close', resolve))
  } finally {
    signal.removeEventListener('abort', destroy)
  }
}

function readAnswer(stream: Duplex, signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    const done = (text: string): void => {
      signal.removeEventListener('abort', late)
      resolve(text)
    }
    const late = (): void => done('')
    signal.addEventListener('abort', late, { once: true })
    stream.on('error', () => undefined)
    stream.once('close', late)
    // It is read on, so that its end is heard.
    stream.on('data', (piece: Buffer) => done(piece.toString('latin1')))
  })
}
