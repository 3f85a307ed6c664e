import type { ServerResponse } from 'node:http'

import type { ModelRequest } from '../model-request.ts'
import type { ScriptedModel } from '../scripted-model.ts'
import { answerRequest } from './answer-request.ts'

/** A request to `/v1/responses/compact`, in the words that the same wish has on the other path. */
export function asCompaction(request: ModelRequest): ModelRequest {
  return {
    ...request,
    purpose: 'compaction',
    stream: false,
    input: [...request.input, { type: 'other', wireType: 'compaction_trigger' }],
  }
}

/** Answers with what takes the thread's place: the items of the model's answer. */
export async function answerCompaction(
  model: ScriptedModel,
  request: ModelRequest,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  await answerRequest(model, request, response, signal, ({ output }) => ({ output }))
}
