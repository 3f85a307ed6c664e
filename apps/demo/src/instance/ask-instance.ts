import type { Host } from '@x/host'
import { CommandFault } from '../command-fault.ts'
import {
  type ControlAnswer,
  type ControlCommand,
  type InstanceRecord,
  parseControlAnswer,
  parseInstanceRecord,
} from './parse-records.ts'
import { readFileIfThere } from './read-file.ts'

const ANSWER_MS = 5_000

/** The record of the page that is served by a process that provably runs. */
export async function findInstance(host: Host, file: string): Promise<InstanceRecord | undefined> {
  const record = parseInstanceRecord((await readFileIfThere(host, file)) ?? '')
  if (!record) return undefined
  const running = await host.identify(record.pid)
  return running?.startTime === record.startTime && running.bootId === record.bootId ? record : undefined
}

/**
 * Asks the process that serves the page for a fresh address. Its secret is shown only to a process that was proved.
 * @throws CommandFault when it refuses, or does not answer
 */
export async function askInstance(
  { port, secret, pid }: InstanceRecord,
  command: ControlCommand,
): Promise<ControlAnswer> {
  let response: Response
  try {
    response = await fetch(`http://127.0.0.1:${port}/api/control`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify(command),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS),
    })
  } catch (cause) {
    throw new CommandFault(`the page of process ${pid} does not answer on port ${port}`, {
      cause,
      remedy: 'End it with `npm stop`, and start again.',
    })
  }
  const body: unknown = await response.json()
  if (!response.ok) throw refusal(body)
  return parseControlAnswer(body)
}

function refusal(body: unknown): CommandFault {
  const { message = 'the page refused', remedy } =
    (body as { error?: { message?: string; remedy?: string } }).error ?? {}
  return new CommandFault(message, remedy === undefined ? {} : { remedy })
}
