import { keywordFeatures, readKeywordLog, type KeywordEvent } from '@x/agents'
import type { Host } from '@x/host'

const features = keywordFeatures({ deliverables: true, callerMessages: true })

/** Our way: every line understood, and what it says handed on. Ends after so many lines. */
export async function readEvents(
  host: Host,
  file: string,
  onEvent: (event: KeywordEvent) => void,
  { lines = Infinity, signal }: { readonly lines?: number; readonly signal?: AbortSignal } = {},
): Promise<void> {
  let read = 0
  for await (const { event } of readKeywordLog(host, file, { features, ...(signal && { signal }) })) {
    onEvent(event)
    read += 1
    if (read === lines) return
  }
}
