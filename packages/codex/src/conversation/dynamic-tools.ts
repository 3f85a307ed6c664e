import {
  AppServerError,
  type AppServerClient,
  type ParamsOf,
  type ResultOf,
  type protocol,
} from '@x/codex-appserver'
import { anySignal } from '../any-signal.ts'
import { ConfigError } from '../errors.ts'
import { boundText } from './bound-text.ts'
import { MAX_TOOL_TEXT } from './translate-tool.ts'

/** A tool of the embedder's own, that the agent may call. It runs in this process, outside every sandbox. */
export interface DynamicTool {
  /** 1 to 64 of A-Z a-z 0-9 _ -, unlike Codex's own. */
  readonly name: string
  /** What it does and when to use it: the agent reads this. */
  readonly description: string
  /** A JSON schema of the input, an object. What comes may not fit it: the model makes it. */
  readonly inputSchema: Readonly<Record<string, unknown>>
  /**
   * What the agent is told, of which it gets 64 Ki UTF-16 units at most. What it throws is told by its message, as a failure.
   * `signal` aborts when nobody waits for the answer any more.
   */
  run(input: unknown, context: { readonly signal: AbortSignal }): Promise<string> | string
  /** How long it may take, in milliseconds. @default 120_000 */
  readonly timeoutMs?: number
}

type Call = ParamsOf<'item/tool/call'>
type Answer = ResultOf<'item/tool/call'>

interface Run {
  readonly answer: Promise<Answer>
  readonly controller: AbortController
}

const DEFAULT_TIMEOUT_MS = 120_000
/** Calls whose answer may have been lost with a connection, and is asked for again. */
const MAX_RUNS = 100

/**
 * Answers the agent's calls of the embedder's tools.
 *
 * A call runs once: one whose answer a broken connection took with it is asked for again by Codex, and gets the answer
 * of the run that there was. Only a new process, which knows of none, runs it again.
 */
export class DynamicTools {
  private readonly tools: ReadonlyMap<string, DynamicTool>
  private readonly runs = new Map<string, Run>()

  constructor(tools: readonly DynamicTool[]) {
    this.tools = new Map(tools.map((tool) => [tool.name, tool]))
  }

  bind(client: AppServerClient): void {
    client.onRequest('item/tool/call', (params, { signal }) => this.call(params, signal))
  }

  /** Tools that still run are told to stop. */
  end(): void {
    for (const { controller } of this.runs.values()) controller.abort()
    this.runs.clear()
  }

  private async call(params: Call, signal: AbortSignal): Promise<Answer> {
    const key = JSON.stringify([params.threadId, params.turnId, params.callId])
    const run = this.runs.get(key) ?? this.start(key, params)
    const onAbort = (): void => {
      // A broken link says nothing about the turn: its answer will be asked for again.
      if (signal.reason instanceof AppServerError && signal.reason.code === 'answered-elsewhere')
        run.controller.abort(signal.reason)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      return await run.answer
    } finally {
      signal.removeEventListener('abort', onAbort)
      if (!signal.aborted) this.runs.delete(key)
    }
  }

  private start(key: string, { tool: name, namespace, arguments: input }: Call): Run {
    const controller = new AbortController()
    const tool = typeof namespace === 'string' ? undefined : this.tools.get(name)
    const answer = tool
      ? runTool(tool, input, controller.signal)
      : Promise.resolve(failure(`There is no tool "${boundText(name, 100)}" here.`))
    const run = { answer, controller }
    this.runs.set(key, run)
    if (this.runs.size > MAX_RUNS) this.runs.delete(this.runs.keys().next().value ?? '')
    return run
  }
}

/** As Codex takes them with a thread's start. */
export function toolSpecs(tools: readonly DynamicTool[]): protocol.DynamicToolSpec[] {
  return tools.map(({ name, description, inputSchema }) => ({
    type: 'function',
    name,
    description,
    inputSchema,
  }))
}

/** @throws ConfigError `tools` */
export function assertTools(tools: readonly DynamicTool[]): void {
  const names = new Set<string>()
  for (const { name, timeoutMs = DEFAULT_TIMEOUT_MS } of tools) {
    if (!/^[A-Za-z0-9_-]{1,64}$/.test(name))
      throw new ConfigError('tools', 'names of 1 to 64 of A-Z a-z 0-9 _ -', JSON.stringify(name))
    if (names.has(name)) throw new ConfigError('tools', 'each name once', JSON.stringify(name))
    if (!(timeoutMs > 0)) throw new ConfigError('tools', 'timeoutMs > 0', String(timeoutMs))
    names.add(name)
  }
}

/** Always an answer: what a tool throws, or that it takes too long, is one too. */
async function runTool(tool: DynamicTool, input: unknown, signal: AbortSignal): Promise<Answer> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = tool
  const deadline = AbortSignal.timeout(timeoutMs)
  const either = anySignal([signal, deadline])
  const stopped = new Promise<Answer>((resolve) => {
    const stop = (): void =>
      resolve(failure(deadline.aborted ? `No answer within ${String(timeoutMs)} ms.` : 'It was stopped.'))
    if (either.aborted) stop()
    else either.addEventListener('abort', stop, { once: true })
  })
  const running = Promise.resolve()
    .then(() => tool.run(input, { signal: either }))
    .then(
      (text): Answer => ({ success: true, contentItems: [textItem(text)] }),
      (error: unknown) => failure(error instanceof Error ? error.message : 'It failed.'),
    )
  return Promise.race([running, stopped])
}

function failure(message: string): Answer {
  return { success: false, contentItems: [textItem(message)] }
}

function textItem(text: string): { readonly type: 'inputText'; readonly text: string } {
  return { type: 'inputText', text: boundText(text, MAX_TOOL_TEXT) }
}
