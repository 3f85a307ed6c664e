import { realpath } from 'node:fs/promises'
import path from 'node:path'
import type { Approval, Conversation, ConversationState, TurnHandle } from '@x/agents/conversation'
import { codexBinary, privateDirectory, type CODEX_VERSIONS } from '@x/fixtures'
import { openLocalHost, type Host } from '@x/host'
import { openResponsesServer, type ResponsesServer, type ResponsesServerOptions } from '@x/responses'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { taskPaths } from '../src/home/task-paths.ts'
import { findAppServer } from '../src/session/app-server.ts'
import { attachSession, type AttachOptions } from '../src/session/attach-session.ts'
import { listSessions, stopSession } from '../src/session/list-sessions.ts'
import { openSession } from '../src/session/open-session.ts'
import type { Session, SessionOptions } from '../src/session/session.ts'

type Version = (typeof CODEX_VERSIONS)[number]

/** A state directory, a host and a model of its own; disposing ends all sessions in it and fails on whatever is left. */
export interface Workshop extends AsyncDisposable {
  readonly host: Host
  /** A directory that is removed at the end; everything else lies in it. */
  readonly root: string
  readonly stateDir: string
  readonly model: ResponsesServer
  readonly version: Version
  /** Opens a session of the version, paid by the model. */
  open(options?: Partial<SessionOptions>): Promise<Session>
  /** Kills the app-server of a session, as the kernel would. */
  kill(taskId: string): Promise<void>
  attach(taskId: string, options?: Partial<AttachOptions>): Promise<Session>
}

export async function openWorkshop(
  version: Version,
  options: ResponsesServerOptions = {},
): Promise<Workshop> {
  const directory = await privateDirectory()
  const root = await realpath(directory.path)
  const stateDir = path.join(root, 'state')
  const host = await openLocalHost()
  const model = await openResponsesServer(options)
  const sessions: Session[] = []
  const keep = (session: Session): Session => {
    sessions.push(session)
    return session
  }
  return {
    host,
    root,
    stateDir,
    model,
    version,
    open: async (changes = {}) =>
      keep(
        await openSession({
          host,
          stateDir,
          binary: codexBinary(version),
          version,
          login: { endpoint: { baseUrl: model.url } },
          ...changes,
        }),
      ),
    attach: async (taskId, changes = {}) => keep(await attachSession(taskId, { host, stateDir, ...changes })),
    async kill(taskId) {
      const process = await findAppServer(host, taskPaths(stateDir, taskId))
      await process?.signal('SIGKILL')
      await process?.waitForExit()
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(sessions.map((session) => session.close()))
      for (const { taskId } of await listSessions({ host, stateDir }))
        await stopSession(taskId, { host, stateDir })
      await model.close()
      await host.close()
      await expectNoLeaks({ within: root })
      await directory[Symbol.asyncDispose]()
    },
  }
}

/** The first thing that `look` finds in the state, as soon as it is there. */
export async function until<T>(
  conversation: Conversation,
  look: (state: ConversationState) => T | undefined | false,
): Promise<T> {
  for await (const _ of conversation.feed()) {
    const found = look(conversation.state)
    if (found !== undefined && found !== false) return found
  }
  throw new Error('the conversation ended before it came to that')
}

export function nextApproval(conversation: Conversation): Promise<Approval> {
  return new Promise((resolve) => conversation.onApproval(resolve))
}

/** All pieces of text that a turn has told. */
export async function readText(turn: TurnHandle): Promise<string> {
  let text = ''
  for await (const piece of turn.text) text += piece
  return text
}

/** What was said and done, without names and times: the same for everyone who saw all of it. */
export function transcript(state: ConversationState): unknown {
  return state.turns.map((turn) => ({
    status: turn.status,
    items: turn.items.map((item) => {
      if (item.type === 'command') {
        const { type, command, status, output, exitCode } = item
        return { type, command, status, output, exitCode }
      }
      return item.type === 'file-change'
        ? { type: item.type, status: item.status, changes: item.changes }
        : { type: item.type, text: 'text' in item ? item.text : '' }
    }),
  }))
}
