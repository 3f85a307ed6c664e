import { z } from 'zod'

const TURN_METADATA = 'x-codex-turn-metadata'

const text = z.string().min(1).optional().catch(undefined)
const metadataSchema = z.looseObject({ thread_id: text, [TURN_METADATA]: text })
const turnSchema = z.looseObject({
  thread_id: text,
  parent_thread_id: text,
  agent_name: text,
  request_kind: text,
})

/** What Codex says about itself in `client_metadata`. */
export interface CodexMetadata {
  readonly threadId: string | undefined
  /** Only a sub-agent has one. */
  readonly parentThreadId: string | undefined
  readonly agentPath: string | undefined
  /** `turn`, `compaction`, … */
  readonly requestKind: string | undefined
}

/** Reads the `client_metadata` of a request. Never throws: what cannot be read is undefined. */
export function parseCodexMetadata(metadata: unknown): CodexMetadata {
  const outer = metadataSchema.safeParse(metadata).data
  const turn = turnSchema.safeParse(parseJson(outer?.[TURN_METADATA])).data
  const path = turn?.agent_name
  return {
    // 0.169.0 puts the parent's id into the prompt_cache_key of a sub-agent; this one is its own in both versions.
    threadId: turn?.thread_id ?? outer?.thread_id,
    parentThreadId: turn?.parent_thread_id,
    // Where agents have no names, a sub-agent is said to be the root.
    agentPath: path === '/root' ? undefined : path,
    requestKind: turn?.request_kind,
  }
}

function parseJson(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? '')
  } catch {
    return undefined
  }
}
