import { checkId } from '../store/check.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function retireOrchestrator({ db }: SqliteContext, id: string): Promise<void> {
  checkId('id', id)
  await db.write(({ run }) => run('UPDATE orchestrators SET gone = 1 WHERE id = ?', id))
}
