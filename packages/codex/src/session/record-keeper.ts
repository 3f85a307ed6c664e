import type { Host } from '@x/host'
import type { TaskPaths } from '../home/task-paths.ts'
import type { LaunchRecord } from './parse-launch-record.ts'
import { writeRecord } from './task-directory.ts'

/** The launch record of a session that runs: what is true now, and the same on disk. */
export class RecordKeeper {
  private readonly host: Host
  private readonly paths: TaskPaths
  private record: LaunchRecord
  private saving: Promise<void> = Promise.resolve()

  constructor(host: Host, paths: TaskPaths, record: LaunchRecord) {
    this.host = host
    this.paths = paths
    this.record = record
  }

  get current(): LaunchRecord {
    return this.record
  }

  /** Changes what `change` names. One write comes after the other: the last one must be the last on disk. */
  save(change: Partial<LaunchRecord>): Promise<void> {
    this.record = { ...this.record, ...change }
    const saved = this.saving.then(() => writeRecord(this.host, this.paths, this.record))
    this.saving = saved.catch(() => undefined)
    return saved
  }
}
