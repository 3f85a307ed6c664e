import { orchestratorExists } from '../store/refusals.ts'
import { checkNewOrchestrator } from '../store/task-input.ts'
import type { NewOrchestrator, OrchestratorRecord } from '../store/task-record.ts'
import type { SqliteContext } from './sqlite-context.ts'
import { toOrchestrator } from './task-row.ts'

export async function registerOrchestrator(
  { db }: SqliteContext,
  orchestrator: NewOrchestrator,
): Promise<OrchestratorRecord> {
  const { facts } = checkNewOrchestrator(orchestrator)
  return db.write(({ get, now }) => {
    const row = get(
      `INSERT INTO orchestrators (id, gone, beat_at, lifetime_ms, facts) VALUES (?, 0, ?, ?, ?)
       ON CONFLICT DO NOTHING RETURNING *`,
      orchestrator.id,
      now,
      orchestrator.lifetimeMs,
      facts,
    )
    if (!row) throw orchestratorExists(orchestrator.id)
    return toOrchestrator(row, now)
  })
}
