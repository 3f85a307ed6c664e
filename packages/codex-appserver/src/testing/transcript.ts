/** A message as it went over the wire, parsed. */
export type WireMessage = Readonly<Record<string, unknown>>

/**
 * One step of a recorded conversation, as seen by the server's side.
 * `expect`: the client sent this. `emit`: the server sent this. `exit`: the connection ended, and who ended it.
 */
export type TranscriptStep = (
  { readonly expect: WireMessage } | { readonly emit: WireMessage } | { readonly exit: 'client' | 'server' }
) & {
  /** Which connection it happened on, counted from 1 in the order of opening. Absent: 1. */
  readonly connection?: number
}

/** What stands in the first line of the file. */
export interface TranscriptHeader {
  /** Version of this file format. */
  readonly transcript: 1
  readonly name: string
  /** Version of the Codex that was recorded. */
  readonly codex: string
  /** What happens in it, in a sentence. */
  readonly about: string
}

/** A recorded conversation between one or more clients and a real app-server, in order. */
export interface Transcript {
  readonly header: TranscriptHeader
  readonly steps: readonly TranscriptStep[]
}

/** A step as a line of the file; a run of deltas that differ in nothing else is one line. */
type Line = TranscriptStep & { readonly then?: readonly string[] }

/**
 * Reads the JSON lines of a transcript.
 * @throws TypeError naming the line that is none.
 */
export function parseTranscript(text: string): Transcript {
  const lines = text.split('\n').filter((line) => line !== '')
  const header = parseLine(lines[0] ?? '', 1) as Partial<TranscriptHeader>
  if (header.transcript !== 1) throw new TypeError('expected a transcript of format 1 in line 1')
  const steps = lines.slice(1).flatMap((line, index) => stepsOf(parseLine(line, index + 2), index + 2))
  return { header: header as TranscriptHeader, steps }
}

/** Writes a transcript as JSON lines; `parseTranscript` reads the same steps from them. */
export function renderTranscript(transcript: Transcript): string {
  const lines: Line[] = []
  let deltas: string[] = []
  for (const step of transcript.steps) {
    const last = lines.at(-1)
    const delta = last ? nextDelta(last, step) : undefined
    if (last && delta !== undefined) {
      if (deltas.length === 0) lines[lines.length - 1] = { ...last, then: deltas }
      deltas.push(delta)
    } else {
      lines.push(step)
      deltas = []
    }
  }
  return [transcript.header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join('')
}

/** The delta of `step` when it is `last` again with other text; times do not count, as they are made up anyway. */
function nextDelta(last: Line, step: TranscriptStep): string | undefined {
  if (!('emit' in last && 'emit' in step)) return undefined
  const delta = deltaOf(step.emit)
  if (delta === undefined || deltaOf(last.emit) === undefined) return undefined
  const same = last.connection === step.connection && bare(last.emit) === bare(step.emit)
  return same ? delta : undefined
}

function deltaOf(message: WireMessage): string | undefined {
  const params = message['params'] as { readonly delta?: unknown } | undefined
  return typeof params?.delta === 'string' ? params.delta : undefined
}

function bare(message: WireMessage): string {
  return JSON.stringify({ ...withDelta(message, ''), emittedAtMs: undefined })
}

function withDelta(message: WireMessage, delta: string): WireMessage {
  return { ...message, params: { ...(message['params'] as object), delta } }
}

function parseLine(line: string, number: number): object {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value === 'object' && value !== null) return value
  } catch {
    // Said below, with the number that the parser does not know.
  }
  throw new TypeError(`expected a JSON object in line ${String(number)} of the transcript`)
}

function stepsOf(line: object, number: number): TranscriptStep[] {
  if (!('expect' in line || 'emit' in line || 'exit' in line))
    throw new TypeError(`expected expect, emit or exit in line ${String(number)} of the transcript`)
  const { then = [], ...step } = line as Line
  if (!('emit' in step)) return [step]
  return [step, ...then.map((delta) => ({ ...step, emit: withDelta(step.emit, delta) }))]
}
