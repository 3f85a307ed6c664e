import { nameOf, type Entry, type Transcript, type TranscriptTurn } from './transcript.ts'

/** Sentences, one for each difference. */
export interface Differences {
  readonly lost: readonly string[]
  readonly repeated: readonly string[]
}

/**
 * Compares what is shown with what was recorded: everything recorded is shown exactly once and in its order, and
 * nothing else is shown. A piece of an answer may stand in a turn that was interrupted or added to: Codex says it and
 * does not record it. Pure.
 */
export function compareTranscripts(shown: Transcript, recorded: Transcript): Differences {
  const lost: string[] = []
  const repeated: string[] = []
  const known = new Map(shown.turns.map((turn) => [turn.id, turn]))
  for (const turn of recorded.turns) {
    compareTurns(known.get(turn.id) ?? { ...turn, entries: [] }, turn, lost, repeated)
    if (!known.has(turn.id)) lost.push(`turn ${turn.id} is not shown`)
  }
  const ids = new Set(recorded.turns.map((turn) => turn.id))
  for (const turn of shown.turns)
    if (!ids.has(turn.id) && turn.entries.length > 0) repeated.push(`turn ${turn.id} was never recorded`)
  if (known.size < shown.turns.length) repeated.push('a turn is shown twice')
  const order = shown.turns.map((turn) => turn.id).filter((id) => ids.has(id))
  const wanted = recorded.turns.map((turn) => turn.id).filter((id) => known.has(id))
  if (lost.length + repeated.length === 0 && order.join() !== wanted.join())
    lost.push('the turns are not in their order')
  repeated.push(...twice(shown, 'shown'), ...twice(recorded, 'recorded'))
  return { lost, repeated }
}

function compareTurns(
  shown: TranscriptTurn,
  recorded: TranscriptTurn,
  lost: string[],
  repeated: string[],
): void {
  const before = lost.length + repeated.length
  const shownNames = shown.entries.map(nameOf)
  const recordedNames = recorded.entries.map(nameOf)
  for (const name of new Set([...shownNames, ...recordedNames])) {
    const missing = count(recordedNames, name) - count(shownNames, name)
    if (missing > 0) lost.push(`turn ${shown.id}: ${name} is not shown`)
    if (missing < 0 && !mayBePiece(name, recordedNames, recorded))
      repeated.push(`turn ${shown.id}: ${name} is shown ${-missing} times too often`)
  }
  if (shown.status !== recorded.status)
    lost.push(`turn ${shown.id} is shown as ${shown.status} and recorded as ${recorded.status}`)
  const order = shownNames.filter((name) => recordedNames.includes(name))
  if (lost.length + repeated.length === before && order.join('\n') !== recordedNames.join('\n'))
    lost.push(`turn ${shown.id} is not in its order: ${order.map(brief).join(', ')}`)
  for (const entry of recorded.entries) {
    const other = shown.entries.find((one) => nameOf(one) === nameOf(entry))
    const difference = other && contentDifference(other, entry)
    if (difference !== undefined) lost.push(`turn ${shown.id}: ${brief(nameOf(entry))}: ${difference}`)
  }
}

function mayBePiece(name: string, recordedNames: readonly string[], recorded: TranscriptTurn): boolean {
  if (!name.startsWith('answer ') || recordedNames.includes(name)) return false
  const messages = recorded.entries.filter((entry) => entry.kind === 'message').length
  return recorded.status === 'interrupted' || messages > 1
}

function contentDifference(shown: Entry, recorded: Entry): string | undefined {
  if (shown.kind === 'message' && recorded.kind === 'message')
    return shown.text === recorded.text ? undefined : 'other words'
  if (shown.kind !== 'command' || recorded.kind !== 'command') return undefined
  if (shown.command !== recorded.command) return `another command: ${shown.command}`
  if (!recorded.result) return undefined
  if (shown.result?.status !== recorded.result.status)
    return `shown as ${shown.result?.status ?? 'running'}, recorded as ${recorded.result.status}`
  if (recorded.result.output === undefined || shown.result.output === undefined) return undefined
  const [one, other] = [shown.result.output, recorded.result.output].map(plain)
  return one === other ? undefined : `output ${JSON.stringify(one)}, recorded ${JSON.stringify(other)}`
}

/** A terminal ends its lines in another way. */
function plain(output: string): string {
  return output.replaceAll('\r\n', '\n').trim()
}

/** The same message in two turns. */
function twice({ turns }: Transcript, where: string): string[] {
  const names = turns.flatMap((turn) => turn.entries).filter((entry) => entry.kind === 'message')
  const ids = names.map((entry) => entry.clientId)
  return [...new Set(ids)].filter((id) => count(ids, id) > 1).map((id) => `message ${id} is ${where} twice`)
}

function count(list: readonly string[], wanted: string): number {
  return list.filter((one) => one === wanted).length
}

function brief(name: string): string {
  return name.length > 80 ? `${name.slice(0, 77)}...` : name
}
