import type { Entry, Result, Transcript, TranscriptTurn } from './transcript.ts'

type Json = Readonly<Record<string, unknown>>
type Draft = { id: string; status: TranscriptTurn['status']; entries: Entry[] }

/**
 * Reads Codex's own record of a thread: the truth that every view is compared with. Both formats, 0.142.5 and 0.169.0.
 * It shares no code with the product on purpose: what both read wrong in the same way would go unseen.
 */
export function parseRollout(text: string): Transcript {
  const turns = new Map<string, Draft>()
  let current: Draft | undefined
  for (const line of text.split('\n')) {
    const { type, payload } = parseLine(line)
    if (type === 'event_msg' && payload['type'] === 'task_started') {
      const id = String(payload['turn_id'])
      current = turns.get(id) ?? { id, status: 'in-progress', entries: [] }
      turns.set(id, current)
    } else if (current) {
      add(current, type, payload)
    }
  }
  return { turns: [...turns.values()] }
}

/** A line that is still being written, or is no object, says nothing. */
function parseLine(line: string): { readonly type: unknown; readonly payload: Json } {
  try {
    const { type, payload } = JSON.parse(line) as Json
    return { type, payload: isObject(payload) ? payload : {} }
  } catch {
    return { type: undefined, payload: {} }
  }
}

function add(turn: Draft, type: unknown, payload: Json): void {
  if (type === 'event_msg') addEvent(turn, payload)
  if (type === 'response_item') addItem(turn, payload)
}

function addEvent(turn: Draft, payload: Json): void {
  const { item } = payload
  if (payload['type'] === 'task_complete') turn.status = 'completed'
  if (payload['type'] === 'turn_aborted') turn.status = 'interrupted'
  if (payload['type'] === 'user_message') addMessage(turn, payload['client_id'], String(payload['message']))
  if (payload['type'] === 'item_completed' && isObject(item) && item['type'] === 'UserMessage')
    addMessage(turn, item['client_id'], textOf(item['content']))
}

function addMessage(turn: Draft, clientId: unknown, text: string): void {
  turn.entries.push({ kind: 'message', clientId: typeof clientId === 'string' ? clientId : text, text })
}

function addItem(turn: Draft, payload: Json): void {
  const callId = String(payload['call_id'])
  if (payload['type'] === 'message' && payload['role'] === 'assistant')
    turn.entries.push({ kind: 'answer', text: textOf(payload['content']) })
  if (payload['type'] === 'function_call' && payload['name'] === 'exec_command')
    turn.entries.push({ kind: 'command', callId, command: commandOf(payload['arguments']) })
  if (payload['type'] === 'function_call_output') {
    const at = turn.entries.findIndex((entry) => entry.kind === 'command' && entry.callId === callId)
    const entry = turn.entries[at]
    const result = resultOf(String(payload['output']))
    if (entry?.kind === 'command' && result) turn.entries[at] = { ...entry, result }
  }
}

/** A command that was still running when Codex handed it back has no result here: what came later is elsewhere. */
function resultOf(output: string): Result | undefined {
  const head = output.slice(0, 400)
  const start = output.indexOf('Output:\n')
  const code = /^Process exited with code (-?\d+)$/m.exec(head)?.[1]
  if (code !== undefined && start >= 0)
    return { status: code === '0' ? 'completed' : 'failed', output: output.slice(start + 'Output:\n'.length) }
  if (/Process running with session/.test(head)) return undefined
  if (/rejected by user/i.test(head)) return { status: 'declined' }
  return undefined
}

function commandOf(args: unknown): string {
  try {
    return String((JSON.parse(String(args)) as Json)['cmd'])
  } catch {
    return ''
  }
}

function textOf(content: unknown): string {
  if (!Array.isArray(content)) return ''
  return content
    .map((part: unknown) => (isObject(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .join('')
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
