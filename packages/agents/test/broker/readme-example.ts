import { openBroker, type BrokeredSession, type TokenProvider } from '@x/agents/broker'
import type { Store } from '@x/agents/store'

/** Gives a session a handle, and says whether it gets tokens for it. */
export async function tryHandle(store: Store, plain: TokenProvider, session: BrokeredSession) {
  await using broker = await openBroker({ store, providers: { plain } })
  const { handle } = await broker.issue(session)
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: handle })
  const answer = await fetch(broker.url, { method: 'POST', body })
  await broker.revoke(session)
  return answer.ok
}
