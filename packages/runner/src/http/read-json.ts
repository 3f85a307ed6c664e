import type { IncomingMessage } from 'node:http'
import { HttpFault } from './http-fault.ts'

/**
 * Reads a request's body as JSON, and no more of it than `maxBytes`.
 * @throws HttpFault 413 for a larger one, 400 for one that is no JSON
 */
export async function readJson(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const chunks: Buffer[] = []
  let size = 0
  // Destroying the stream would take the socket with it, and with that our answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer)
    size += (chunk as Buffer).length
    if (size > maxBytes)
      throw new HttpFault(413, 'too-large', `The request is larger than ${maxBytes} bytes.`)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as unknown
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new HttpFault(400, 'bad-request', 'The body is not JSON.')
  }
}
