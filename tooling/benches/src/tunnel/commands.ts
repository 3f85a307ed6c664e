/** What the far end does with a connection: sends so many bytes, takes so many and says when, or sends back what it gets. */
export type Wants = 'down' | 'up' | 'echo'

const ALL: readonly Wants[] = ['down', 'up', 'echo']

export const COMMAND_BYTES = 9

export function renderCommand(wants: Wants, bytes = 0): Buffer {
  const command = Buffer.alloc(COMMAND_BYTES)
  command[0] = ALL.indexOf(wants)
  command.writeDoubleBE(bytes, 1)
  return command
}

export function parseCommand(command: Buffer): { readonly wants: Wants; readonly bytes: number } {
  const wants = ALL[command[0] ?? -1]
  if (wants === undefined) throw new Error('a connection wants what there is not')
  return { wants, bytes: command.readDoubleBE(1) }
}
