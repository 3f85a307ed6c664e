import type { Json, JsonObject } from '../store/json.ts'
import type { SnapshotRecord } from '../store/snapshot-record.ts'

/** A snapshot as its agent's wrapper and a person see it. Times are the store's, in milliseconds. */
export interface SnapshotSummary {
  readonly owner: string
  readonly taskId: string
  readonly snapshotId: string
  readonly agent: string
  /** Of two of a task, the newer has the larger one. */
  readonly number: number
  readonly createdAt: number
  /** `bad` ones can't be restored, nor what is laid over them. */
  readonly verdict: 'good' | 'bad'
  /** What is needed beside the files to take the session up again; only the agent's wrapper understands it. */
  readonly resumeRef: Json
  /** How the session stood when it was taken, in a word of the wrapper's. */
  readonly endState: string
  /** The one that it is laid over; without one it stands for itself. */
  readonly baseId?: string
  /** What it takes in the store, without those below it. */
  readonly bytes: number
}

export function renderSnapshotData(resumeRef: Json, endState: string): JsonObject {
  return { resumeRef, endState }
}

export function summarise(record: SnapshotRecord): SnapshotSummary {
  const { owner, taskId, snapshotId, agent, number, createdAt, verdict, baseId, data } = record
  const { resumeRef = null, endState } = data
  return {
    owner,
    taskId,
    snapshotId,
    agent,
    number,
    createdAt,
    verdict,
    resumeRef,
    endState: typeof endState === 'string' ? endState : '',
    ...(baseId !== undefined && { baseId }),
    bytes: bytesOf(record),
  }
}

export function bytesOf({ archiveBytes, manifestBytes }: SnapshotRecord): number {
  return archiveBytes + manifestBytes
}
