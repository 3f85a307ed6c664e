import type { ResponseHead } from './judge-response.ts'

/** More than any server has to say; a shell reads it byte by byte. */
const MAX_HEAD_BYTES = 262_144

/** Collects the lines of a response's head, as programs print them. */
export class HeadReader {
  #lines: string[] = []
  #bytes = 0

  /** @returns the head when the line is the empty one behind it; `undefined` before @throws Error for what is none */
  push(line: string): ResponseHead | undefined {
    const text = line.replace(/\r$/, '')
    this.#bytes += text.length
    if (this.#bytes > MAX_HEAD_BYTES) throw new Error('the head of the response has no end')
    if (text !== '') {
      this.#lines.push(text)
      return undefined
    }
    const lines = this.#lines
    this.#lines = []
    return parseHead(lines)
  }
}

/** All heads that a program has printed among other words, each line with blanks before it. */
export function headsAmong(lines: readonly string[]): readonly ResponseHead[] {
  const heads: string[][] = []
  for (const line of lines) {
    if (/^ +HTTP\/[\d.]+ +\d{3}/.test(line)) heads.push([])
    if (line.startsWith(' ')) heads.at(-1)?.push(line.trim())
  }
  return heads.map(parseHead)
}

function parseHead([first = '', ...rest]: readonly string[]): ResponseHead {
  const status = /^HTTP\/[\d.]+ +(\d{3})(?: |$)/.exec(first)?.[1]
  if (status === undefined) throw new Error('what answers there speaks no HTTP')
  const headers: Record<string, string> = {}
  for (const line of rest) {
    const colon = line.indexOf(':')
    if (colon > 0) headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim()
  }
  return { status: Number(status), headers }
}
