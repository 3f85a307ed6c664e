import type { Host } from '@x/host'
import { runAgentSession, type SessionStore } from '@x/agents'

/** Lets a program work in `directory`, and says what it says about its end. */
export async function work(host: Host, store: SessionStore, directory: string, argv: readonly string[]) {
  const outcome = await runAgentSession({
    host,
    store,
    directory,
    task: { owner: 'ada', taskId: 'nightly-42' },
    features: { keywords: true },
    async body({ run }, { signal }) {
      await run(argv, { signal })
    },
  })
  return outcome.type === 'done' ? outcome.summary : outcome.type
}
