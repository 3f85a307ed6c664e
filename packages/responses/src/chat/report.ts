import type { InputCall } from '../model-request.ts'
import type { ToolOutput } from '../read-request.ts'
import { readCommandResult, type CommandResult } from './command-result.ts'
import { clip, outputBlock } from './texts.ts'

/** A command that was begun, with all that it has written so far and the newest word about it. */
export interface CommandReport {
  readonly cmd: string
  readonly result: CommandResult
  readonly output: string
}

// What came of these is told, if at all, by the act that they belong to.
const NO_COMMANDS: readonly string[] = [
  'apply_patch',
  'request_user_input',
  'spawn_agent',
  'update_plan',
  'view_image',
  'wait_agent',
]

/** Joins the outputs of a command and of the waits for it to one report per command. */
export function commandReports(outputs: readonly ToolOutput[]): readonly CommandReport[] {
  const reports: CommandReport[] = []
  for (const { call, text } of outputs) {
    if (call !== undefined && NO_COMMANDS.includes(call.name)) continue
    const result = readCommandResult(text)
    const output = 'output' in result ? result.output : ''
    const open = reports.at(-1)
    if (call?.name === 'write_stdin' && open?.result.kind === 'running') {
      reports[reports.length - 1] = { cmd: open.cmd, result, output: open.output + output }
    } else {
      reports.push({ cmd: commandOf(call), result, output })
    }
  }
  return reports
}

/** What the person is told about a command. */
export function reportText({ cmd, result, output }: CommandReport): string {
  const named = `\`${clip(cmd.replaceAll('`', "'"), 80)}\``
  switch (result.kind) {
    case 'exited':
      return `${named} ended with exit code ${String(result.exitCode)}${output.trim() === '' ? ' and wrote nothing.' : `:${outputBlock(output)}`}`
    case 'running':
      return `${named} is still running; I leave it to itself.${outputBlock(output)}`
    case 'declined':
      return `You declined ${named}, so it did not run.`
    case 'aborted':
      return `${named} was interrupted.`
    case 'failed':
      return `${named} could not be run:${outputBlock(output)}`
  }
}

function commandOf(call: InputCall | undefined): string {
  try {
    const parsed = JSON.parse(call?.arguments ?? '') as { readonly cmd?: unknown } | null
    if (typeof parsed?.cmd === 'string') return parsed.cmd
  } catch {
    // A call that this model did not make; its name has to do.
  }
  return call?.name ?? 'a command'
}
