/** What a command's output text tells. */
export type CommandResult =
  | { readonly kind: 'exited'; readonly exitCode: number; readonly output: string }
  /** It still runs; `write_stdin` with this session waits for more. */
  | { readonly kind: 'running'; readonly sessionId: number; readonly output: string }
  | { readonly kind: 'declined' }
  | { readonly kind: 'aborted' }
  /** Codex could not run it: the sandbox did not start, the arguments were refused. */
  | { readonly kind: 'failed'; readonly output: string }

/** Reads the text that Codex sends back for `exec_command` and `write_stdin`. */
export function readCommandResult(text: string): CommandResult {
  const split = /(?:^|\n)Output:\n/.exec(text)
  // Only what Codex writes is looked at for its verdict; the command's own output may say anything.
  const head = split === null ? text : text.slice(0, split.index)
  const output = split === null ? '' : text.slice(split.index + split[0].length)
  const exited = /^Process exited with code (-?\d+)$/m.exec(head)
  if (exited?.[1] !== undefined) return { kind: 'exited', exitCode: Number(exited[1]), output }
  const running = /^Process running with session ID (\d+)$/m.exec(head)
  if (running?.[1] !== undefined) return { kind: 'running', sessionId: Number(running[1]), output }
  if (/^exec_command failed[\s\S]*rejected by user/.test(head)) return { kind: 'declined' }
  // 0.142.5 puts the duration behind these words, 0.169.0 on a line before them.
  if (/^aborted\b/m.test(head)) return { kind: 'aborted' }
  return { kind: 'failed', output: text }
}
