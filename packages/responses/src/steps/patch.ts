import type { ModelRequest } from '../model-request.ts'
import type { CallStep, CustomStep } from './call.ts'

/** A change of one file. Paths are relative to Codex's working directory, or absolute. */
export type FileChange =
  | { readonly add: string; readonly content: string }
  | {
      readonly update: string
      /** Replaced in this order; `from` is found as whole lines. */
      readonly replace: readonly Replacement[]
      /** The file's new path. */
      readonly moveTo?: string
    }
  | { readonly delete: string }

/** Some lines of a file and what takes their place. */
export interface Replacement {
  /** Whole lines as they stand in the file; empty: `to` goes to the end of the file. */
  readonly from: string
  readonly to: string
  /** A line above, such as a function's head, that tells apart places that look alike. */
  readonly at?: string
}

/** File changes with Codex's own patch tool. */
export interface PatchStep {
  readonly patch: readonly FileChange[]
  readonly callId?: string
}

/** The changes as text in the format of Codex's patch tool. */
export function renderPatch(changes: readonly FileChange[]): string {
  return ['*** Begin Patch', ...changes.flatMap(renderChange), '*** End Patch', ''].join('\n')
}

/**
 * The call that makes the changes: the custom tool `apply_patch` where the request offers it or lets code reach it,
 * else a shell command of the same name, which Codex takes for the tool (measured: both make a `fileChange` item).
 */
export function patchAsCall(step: PatchStep, request: ModelRequest): CallStep | CustomStep {
  const patch = renderPatch(step.patch)
  const id = step.callId === undefined ? {} : { callId: step.callId }
  if (request.tools.some(({ name }) => name === 'apply_patch'))
    return { custom: 'apply_patch', input: patch, ...id }
  let marker = 'END_OF_PATCH'
  while (patch.includes(marker)) marker += '_'
  return {
    call: 'exec_command',
    arguments: { cmd: `apply_patch <<'${marker}'\n${patch}${marker}\n` },
    ...id,
  }
}

function renderChange(change: FileChange): readonly string[] {
  if ('add' in change) return [`*** Add File: ${change.add}`, ...marked('+', change.content)]
  if ('delete' in change) return [`*** Delete File: ${change.delete}`]
  return [
    `*** Update File: ${change.update}`,
    ...(change.moveTo === undefined ? [] : [`*** Move to: ${change.moveTo}`]),
    ...change.replace.flatMap(({ from, to, at }) => [
      at === undefined ? '@@' : `@@ ${at}`,
      ...marked('-', from),
      ...marked('+', to),
    ]),
  ]
}

/** The lines of a text with a mark before each; a line break at the end begins no further line. */
function marked(mark: string, text: string): readonly string[] {
  return text === ''
    ? []
    : text
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => mark + line)
}
