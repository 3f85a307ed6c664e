import { checkId } from '../store/check.ts'
import { orchestratorGone } from '../store/refusals.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function beatOrchestrator({ db }: SqliteContext, id: string): Promise<void> {
  checkId('id', id)
  await db.write(({ run, now }) => {
    const beaten = run('UPDATE orchestrators SET beat_at = ? WHERE id = ? AND gone = 0', now, id)
    if (beaten === 0) throw orchestratorGone(id)
  })
}
