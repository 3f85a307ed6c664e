import { isAbortNote, isCompactionOrder, isCompactionSummary } from '../codex-note.ts'
import type { InputCall, InputItem, ModelRequest } from '../model-request.ts'
import { askedText, lastUserText, toolOutputs, type ToolOutput } from '../read-request.ts'
import { parseWish, type Wish } from './wish.ts'

/** Where the conversation stands, read from the request alone: the process that began the turn may be gone. */
export interface TurnState {
  /** The person's newest message; it alone decides what is done next. */
  readonly wish: Wish
  readonly text: string
  /** How many messages of persons the conversation holds. */
  readonly heard: number
  /** Outputs that came back after the last answer and that nobody told the person about yet. */
  readonly unreported: readonly ToolOutput[]
  /** What came back since the newest message, oldest first. */
  readonly outputs: readonly ToolOutput[]
  /** How many commands were begun since the newest message. */
  readonly begun: number
  /** How often in a row the newest command was waited for. */
  readonly waits: number
  /** Commands of an earlier message that the newest one pushed aside. */
  readonly leftOut: readonly string[]
  /** Codex wants a summary of the thread, not an answer. */
  readonly mustSumUp: boolean
  /** The thread was compacted in the middle of this turn: what was done since the newest message cannot be seen any more. */
  readonly lostTrack: boolean
}

/** Reads the state of the turn that `request` belongs to. */
export function readTurnState(request: ModelRequest): TurnState {
  const { input } = request
  const people = input.flatMap((item, index) => (isPerson(item) ? [index] : []))
  const newest = people.at(-1) ?? -1
  const before = people.at(-2)
  const text = lastUserText(request)
  const tail = input.slice(newest + 1)
  const since = callNames(tail)
  return {
    wish: parseWish(text),
    text,
    heard: people.length,
    unreported: unreportedOutputs(input),
    outputs: toolOutputs(request),
    begun: since.filter((name) => name === 'exec_command').length,
    waits: since.length - 1 - since.lastIndexOf('exec_command'),
    leftOut: before === undefined ? [] : leftOutCommands(input.slice(before, newest)),
    mustSumUp: request.purpose === 'compaction' || hasNote(input.slice(-1), isCompactionOrder),
    lostTrack: hasNote(tail, isCompactionSummary),
  }
}

/** Outputs after the model's last words; an interrupted turn's are not worth telling. */
function unreportedOutputs(input: readonly InputItem[]): readonly ToolOutput[] {
  const start = input.findLastIndex(
    (item) => item.type === 'message' && (item.role === 'assistant' || item.parts.some(isAbortNote)),
  )
  const calls = new Map<string, InputCall>()
  for (const item of input) if (item.type === 'call') calls.set(item.callId, item)
  return input
    .slice(start + 1)
    .flatMap((item) =>
      item.type === 'output' ? [{ call: calls.get(item.callId), callId: item.callId, text: item.text }] : [],
    )
}

/** What the message that opens `section` asked for and never got, unless its turn was interrupted on purpose. */
function leftOutCommands(section: readonly InputItem[]): readonly string[] {
  const [opening] = section
  const text = opening === undefined ? undefined : askedText(opening)
  const wish = parseWish(text ?? '')
  if (wish.kind !== 'run' || hasNote(section, isAbortNote) || hasNote(section, isCompactionSummary)) return []
  return wish.commands.slice(callNames(section).filter((name) => name === 'exec_command').length)
}

function hasNote(items: readonly InputItem[], isNote: (part: string) => boolean): boolean {
  return items.some((item) => item.type === 'message' && item.role === 'user' && item.parts.some(isNote))
}

function callNames(items: readonly InputItem[]): readonly string[] {
  return items.flatMap((item) => (item.type === 'call' ? [item.name] : []))
}

function isPerson(item: InputItem): boolean {
  return askedText(item) !== undefined
}
