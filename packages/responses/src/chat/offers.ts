import type { ModelRequest } from '../model-request.ts'

// Not named in code mode's descriptions under these names, but Codex runs the plain calls all the same.
const ALWAYS_IN_CODE_MODE: readonly string[] = ['exec_command', 'write_stdin']

/** Whether Codex takes a call of this tool. */
export function offers(request: ModelRequest, tool: string): boolean {
  return request.tools.some(
    ({ name, kind }) =>
      name === tool || (name === 'exec' && kind === 'custom' && ALWAYS_IN_CODE_MODE.includes(tool)),
  )
}
