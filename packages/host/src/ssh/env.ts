/** Where the agent of the person who runs us listens. */
export function agentSocket(): string | undefined {
  return process.env['SSH_AUTH_SOCK'] || undefined
}

/** The shell that runs what the person has written for one. */
export function userShell(): string {
  return process.env['SHELL'] || '/bin/sh'
}

/** For `${NAME}` and `$NAME` in the client's config. */
export function environmentVariable(name: string): string | undefined {
  return process.env[name]
}
