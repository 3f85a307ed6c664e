import { checkId } from '../store/check.ts'
import { orchestratorGone } from '../store/refusals.ts'
import type { MongoContext } from './mongo-context.ts'

export async function beatOrchestrator({ orchestrators }: MongoContext, id: string): Promise<void> {
  checkId('id', id)
  const { matchedCount } = await orchestrators.updateOne(
    { _id: id, gone: false },
    { $currentDate: { beatAt: true } },
  )
  if (matchedCount === 0) throw orchestratorGone(id)
}
