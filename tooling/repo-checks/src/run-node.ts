import { execFile } from 'node:child_process'

/** How a child ended, with everything that it said. */
export interface ChildResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs this Node with `args`; a non-zero exit is a result. The environment is ours plus `env`. */
export function runNode(
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<ChildResult> {
  const env = { ...process.env, ...options.env }
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd: options.cwd, env }, (error, stdout, stderr) => {
      resolve({ exitCode: error ? Number(error.code ?? 1) : 0, stdout, stderr })
    })
  })
}
