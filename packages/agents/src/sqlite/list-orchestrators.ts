import type { OrchestratorRecord } from '../store/task-record.ts'
import type { SqliteContext } from './sqlite-context.ts'
import { toOrchestrator } from './task-row.ts'

export async function listOrchestrators({ db }: SqliteContext): Promise<readonly OrchestratorRecord[]> {
  return db.read(({ all, now }) =>
    all('SELECT * FROM orchestrators ORDER BY beat_at DESC, id').map((row) => toOrchestrator(row, now)),
  )
}
