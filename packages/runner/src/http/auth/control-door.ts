import { hashSecret, matchesAny } from './secret.ts'

/**
 * A door for the program that keeps this server, not for browsers: whoever knows the secret may run commands by
 * `POST /api/control`, with the command as JSON. A request that a browser made is turned away whatever it knows.
 */
export interface ControlDoor {
  /** 256 random bits, sent as `Authorization: Bearer ...`. */
  readonly secret: string
  /**
   * Runs one command. What it returns is sent as JSON; what it throws is answered as every failure is.
   * @throws ControlCommandError for one that can't be read, which is 400
   */
  run(command: unknown): Promise<object>
}

export const CONTROL_PATH = '/api/control'

/** Whether these headers open the door with this secret. */
export function opensControlDoor(
  secret: string,
  headers: Readonly<Record<string, readonly string[] | undefined>>,
): boolean {
  if (headers['origin'] !== undefined || headers['sec-fetch-site'] !== undefined) return false
  const given = /^Bearer ([\w-]{1,200})$/.exec(headers['authorization']?.[0] ?? '')?.[1]
  return given !== undefined && matchesAny(given, [hashSecret(secret)]) !== undefined
}
