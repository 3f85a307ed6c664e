import type { ConversationEvent } from './conversation-event.ts'
import type { Command, Item } from './item.ts'

/** UTF-16 units of a command's output that the state keeps at least: its end. It never keeps twice as much. */
const KEPT_OUTPUT = 256 * 1024

export type ItemEvent = Extract<
  ConversationEvent,
  { type: 'item-started' | 'item-delta' | 'item-updated' | 'item-completed' }
>
type DeltaEvent = Extract<ItemEvent, { type: 'item-delta' }>

/** What an item becomes by an event. `done` is final: a late start or delta changes nothing. */
export function foldItem(known: Item | undefined, event: ItemEvent): Item {
  switch (event.type) {
    case 'item-completed':
      return keepSeen(known, { ...event.item, phase: 'done' })
    case 'item-started':
      // A start is the very beginning: nothing before it was missed.
      return known && known.phase !== 'catching-up' ? known : startItem(event.item)
    case 'item-updated':
      return known?.phase === 'done' ? known : keepSeen(known, { ...event.item, phase: 'open' })
    case 'item-delta':
      if (!known) return catchingUp(event)
      return known.phase === 'open' ? addDelta(known, event) : known
  }
}

function addDelta(known: Item, { kind, text }: DeltaEvent): Item {
  switch (known.type) {
    case 'command':
      return kind === 'command' ? appendOutput(known, text) : known
    case 'reasoning':
      return kind === 'reasoning-detail'
        ? { ...known, detail: (known.detail ?? '') + text }
        : { ...known, text: known.text + text }
    case 'agent-message':
    case 'plan':
      return { ...known, text: known.text + text }
    default:
      return known
  }
}

/** The agent may leave out of the completed item what it has streamed before: what was seen is not lost. */
function keepSeen(known: Item | undefined, item: Item): Item {
  if (item.type === 'reasoning' && known?.type === 'reasoning') {
    const detail = item.detail ?? known.detail
    return { ...item, text: item.text || known.text, ...(detail !== undefined && { detail }) }
  }
  if (item.type !== 'command') return item
  if (known?.type === 'command' && item.output === '')
    return { ...item, output: known.output, outputDropped: known.outputDropped }
  return appendOutput(item, '')
}

function startItem(item: Item): Item {
  return item.type === 'command' ? appendOutput({ ...item, phase: 'open' }, '') : { ...item, phase: 'open' }
}

/**
 * What is dropped depends on the length of the whole alone, so that pieces that were joined on their way make the
 * same item; in whole steps, so that a flood of small pieces is not a copy each.
 */
function appendOutput(item: Command, text: string): Command {
  const output = item.output + text
  const whole = item.outputDropped + output.length
  const dropped = Math.max(item.outputDropped, (Math.floor(whole / KEPT_OUTPUT) - 1) * KEPT_OUTPUT)
  return { ...item, output: output.slice(dropped - item.outputDropped), outputDropped: dropped }
}

function catchingUp({ itemId, kind }: DeltaEvent): Item {
  const base = { id: itemId, phase: 'catching-up' } as const
  if (kind === 'command')
    return { ...base, type: 'command', command: '', cwd: '', status: 'running', output: '', outputDropped: 0 }
  return { ...base, type: kind === 'reasoning-detail' ? 'reasoning' : kind, text: '' }
}
