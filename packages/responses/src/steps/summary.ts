import { playSay } from './say.ts'
import { newId, type Played, type ResponseInProgress } from './response-in-progress.ts'

/** The summary that stands for a thread after compacting, in the form that was asked for. */
export interface SummaryStep {
  readonly summary: string
}

/** Plays a `summary`: an item `compaction` where the request asks for one by its last item or its path, else a message. */
export async function* playSummary(
  response: ResponseInProgress,
  { summary }: SummaryStep,
  signal: AbortSignal,
): AsyncGenerator<Played> {
  if (wantsItem(response)) {
    yield response.itemDone({ type: 'compaction', id: newId('cmp'), encrypted_content: summary })
  } else yield* playSay(response, { say: summary }, signal)
}

function wantsItem({ request }: ResponseInProgress): boolean {
  const last = request.input.at(-1)
  return last?.type === 'other' && last.wireType === 'compaction_trigger'
}
