import type { ModelInfo } from '@x/agents/conversation'
import { hasStrings, isFields, isListOf } from './shapes.ts'

/** Reads the answer that lists models. Those that can't be read are left out. */
export function parseModels(value: unknown): readonly ModelInfo[] {
  const models: unknown = isFields(value) ? value['models'] : undefined
  return Array.isArray(models) ? models.filter(isModel) : []
}

function isModel(value: unknown): value is ModelInfo {
  return (
    hasStrings(value, 'model', 'name', 'description', 'defaultEffort') &&
    isListOf(value['efforts'], (one) => hasStrings(one, 'effort', 'description'))
  )
}
