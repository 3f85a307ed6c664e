import { z } from 'zod'
import { parseLaunchRecord, type LaunchRecord } from '../session/parse-launch-record.ts'

const refSchema = z.looseObject({
  schema: z.literal(1),
  /** The launch record, but for what is only true of one machine. */
  record: z.looseObject({ taskId: z.string(), version: z.string(), directory: z.string().optional() }),
})

/** What is needed beside the files of a session to take it up again, on any machine. No secret is in it. */
export interface ResumeRef {
  readonly taskId: string
  /** Of Codex. */
  readonly version: string
  /** The person's own directory; absent when commands start in the task's own. */
  readonly directory?: string
  /** The record for another place. */
  readonly recordAt: (place: ResumePlace) => LaunchRecord
}

export interface ResumePlace {
  readonly binary: string
  readonly installation: string
  readonly version: string
  readonly directory: string
}

/**
 * Metadata is not encrypted: no word of the person is in it.
 * @param work where the task's own directory is
 */
export function renderResumeRef(record: LaunchRecord, work: string): Record<string, unknown> {
  const {
    binary: _binary,
    installation: _installation,
    steered: _steered,
    directory,
    login,
    ...rest
  } = record
  // A port of this machine's, and the claim that ends with this session.
  const portable = login.kind === 'seed' ? { ...login, port: undefined, fence: undefined } : login
  const kept = { ...rest, login: portable, ...(directory !== work && { directory }) }
  // Leaves out what is undefined, as JSON does.
  return JSON.parse(JSON.stringify({ schema: 1, record: kept })) as Record<string, unknown>
}

/** @throws Error naming what does not fit */
export function parseResumeRef(value: unknown): ResumeRef {
  const parsed = refSchema.safeParse(value)
  if (!parsed.success) throw new Error(`the snapshot tells of no session: ${z.prettifyError(parsed.error)}`)
  const { record } = parsed.data
  const { taskId, version, directory } = record
  return {
    taskId,
    version,
    ...(directory !== undefined && { directory }),
    recordAt: (place) => parseLaunchRecord(JSON.stringify({ ...record, ...place })),
  }
}
