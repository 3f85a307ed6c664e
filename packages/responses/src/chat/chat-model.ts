import type { ModelRequest } from '../model-request.ts'
import type { ModelStep } from '../model-step.ts'
import type { ScriptedModel } from '../scripted-model.ts'
import { headOf, playAct } from './acts.ts'
import { offers } from './offers.ts'
import { commandReports, reportText } from './report.ts'
import { HELP, leftOutText, LOST_TRACK, MARKDOWN, slowText, summaryText, talkText } from './texts.ts'
import { readTurnState, type TurnState } from './turn-state.ts'

const TALK_DELTA_MS = 15
const SLOW_DELTA_MS = 60
// After so long Codex hands a command back as still running; a message that came meanwhile is seen then.
const COMMAND_WAIT_MS = 10_000
// Ten minutes of waiting, and a command that is still running is left to itself.
const MAX_WAITS = 60

/**
 * The model that a person talks to when there is no account: it says that it is scripted, and makes the real Codex act.
 * `help` lists what it understands. It keeps no state; everything is read from the request.
 */
export function chatModel(): ScriptedModel {
  return { respond: (request) => answer(request, readTurnState(request)) }
}

function* answer(request: ModelRequest, state: TurnState): Generator<ModelStep> {
  if (state.mustSumUp || state.lostTrack) {
    yield state.mustSumUp ? { summary: summaryText(state.heard, state.text) } : { say: LOST_TRACK }
    return
  }
  if (state.wish.kind === 'act' && state.outputs.length > 0 && state.wish.act !== 'parallel') {
    yield* playAct(state.wish.act, request, state)
    return
  }
  const reports = commandReports(state.unreported)
  const newest = reports.at(-1)?.result
  // A message that came meanwhile is answered at once; the command goes on by itself.
  if (
    newest?.kind === 'running' &&
    state.begun > 0 &&
    state.waits < MAX_WAITS &&
    offers(request, 'write_stdin')
  ) {
    yield {
      call: 'write_stdin',
      arguments: { session_id: newest.sessionId, chars: '', yield_time_ms: COMMAND_WAIT_MS },
    }
    return
  }
  if (state.wish.kind === 'act') yield* headOf(state.wish.act)
  const told = reports.map(reportText)
  if (state.leftOut.length > 0 && state.begun === 0) told.push(leftOutText(state.leftOut))
  if (told.length > 0) yield { say: told.join('\n\n') }
  yield* fulfil(request, state, told.length > 0)
}

function* fulfil(request: ModelRequest, state: TurnState, reported: boolean): Generator<ModelStep> {
  const { wish, text, heard, begun } = state
  switch (wish.kind) {
    case 'run': {
      const cmd = wish.commands[begun]
      if (cmd !== undefined) {
        if (offers(request, 'exec_command'))
          yield { call: 'exec_command', arguments: { cmd, yield_time_ms: COMMAND_WAIT_MS } }
        else yield { say: `I cannot run \`${cmd}\`: this session offers no \`exec_command\` tool.` }
      } else if (!reported) yield { say: 'That was all there was to run.' }
      return
    }
    case 'help':
      yield { say: HELP, deltaMs: TALK_DELTA_MS }
      return
    case 'markdown':
      yield { say: MARKDOWN, deltaMs: TALK_DELTA_MS }
      return
    case 'slow': {
      const words = Math.ceil((wish.seconds * 1000) / SLOW_DELTA_MS)
      const said = slowText(words)
      yield { say: said, deltaMs: (wish.seconds * 1000) / Math.max(1, said.match(/\S+/g)?.length ?? 1) }
      return
    }
    case 'count':
      yield { say: Array.from({ length: wish.upTo }, (_, index) => `${String(index + 1)}\n`).join('') }
      return
    case 'fail':
      if (wish.status === undefined) yield { say: 'This answer is going to break', deltaMs: TALK_DELTA_MS }
      yield { fail: wish.status === undefined ? {} : { status: wish.status } }
      return
    case 'flood':
      yield { flood: { deltas: wish.deltas } }
      return
    case 'act':
      if (wish.act !== 'parallel' || begun === 0) yield* playAct(wish.act, request, state)
      return
    case 'talk':
      yield { say: talkText(text, heard), deltaMs: TALK_DELTA_MS }
  }
}
