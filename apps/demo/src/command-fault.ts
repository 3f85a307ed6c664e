import type { Fault } from '@x/agents/conversation'
import { ConfigError, toFault } from '@x/codex'
import { HttpServerError } from '@x/runner/http'

/** A command that can't be done: the cause, and what the person can do about it. */
export class CommandFault extends Error {
  override readonly name: string = 'CommandFault'
  readonly remedy: string | undefined

  constructor(message: string, options: ErrorOptions & { readonly remedy?: string } = {}) {
    super(message, options)
    this.remedy = options.remedy
  }
}

const SYSTEM: readonly (readonly [codes: readonly string[], Fault])[] = [
  [
    ['ENOSPC', 'EDQUOT', 'no-space'],
    { message: 'the disk is full', remedy: 'Free some space and run the same command again.' },
  ],
  [
    ['EACCES', 'EPERM', 'EROFS', 'permission-denied'],
    {
      message: 'a file or directory of ours may not be written by this account',
      remedy: 'Give it to this account, or name another place with X_STATE_DIR or X_CACHE_DIR.',
    },
  ],
]

/** Options that are variables here. */
const PLACES: Readonly<Record<string, string>> = {
  stateDir: 'Name another directory with X_STATE_DIR.',
  cacheDir: 'Name another directory with X_CACHE_DIR.',
}

/** Any failure of a command in the two sentences that a person needs. */
export function describeFailure(error: unknown): Fault {
  // Cleaning up failed as well; what failed first is the reason.
  if (error instanceof Error && 'suppressed' in error) return describeFailure(error.suppressed)
  if (error instanceof CommandFault) return fault(error.message, error.remedy)
  if (error instanceof HttpServerError) return fault(error.message, serverRemedy(error))
  if (error instanceof ConfigError) return fault(error.message, PLACES[error.field])
  const said = toFault(error)
  if (said.remedy !== undefined) return said
  const system = SYSTEM.find(([codes]) => codeChain(error).some((code) => codes.includes(code)))?.[1]
  if (!system) return said
  return { message: `${system.message}: ${said.message}`, ...(system.remedy && { remedy: system.remedy }) }
}

function serverRemedy({ code }: HttpServerError): string | undefined {
  switch (code) {
    case 'port-in-use':
      return 'End the program that listens there, or choose another port with --port.'
    case 'page-missing':
      return 'Build the page: pnpm build.'
    case 'listen-failed':
      return undefined
  }
}

function codeChain(error: unknown): readonly string[] {
  const codes: string[] = []
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    if ('code' in at && typeof at.code === 'string') codes.push(at.code)
  return codes
}

function fault(message: string, remedy: string | undefined): Fault {
  return remedy === undefined ? { message } : { message, remedy }
}
