/** Where the agent of the person who runs us listens. */
export function agentSocket(): string | undefined {
  return process.env['SSH_AUTH_SOCK'] || undefined
}
