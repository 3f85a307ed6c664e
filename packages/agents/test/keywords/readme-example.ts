import { keywordFeatures, readKeywordLog, renderPrompt } from '@x/agents'
import type { Host } from '@x/host'

const features = keywordFeatures({ keywords: true })

/** Tells an agent what to do, and what it says about it, until it has ended. */
export async function hand(host: Host, task: string, start: Start, say: (text: string) => void) {
  const ended = start(renderPrompt({ features, task }))
  for await (const { event } of readKeywordLog(host, '/tasks/7/work/agent.log', { features, ended })) {
    if (event.type === 'status') say(event.message)
    if (event.type === 'done') return event.summary
  }
  throw new Error('the agent has ended, and does not say that it is done')
}

type Start = (prompt: string) => Promise<void>
