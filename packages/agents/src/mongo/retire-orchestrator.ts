import { checkId } from '../store/check.ts'
import type { MongoContext } from './mongo-context.ts'

export async function retireOrchestrator({ orchestrators }: MongoContext, id: string): Promise<void> {
  checkId('id', id)
  await orchestrators.updateOne({ _id: id }, { $set: { gone: true } })
}
