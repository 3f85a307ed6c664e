import type { ReactNode } from 'react'
import type { ConversationState, SessionSummary } from '@x/agents/conversation'
import { AgentRows } from '../agents/agent-rows.tsx'
import type { PageClient } from '../connection/page-client.ts'
import { useStore } from '../hooks/use-store.ts'
import { formatCount, plural } from '../text/format.ts'
import { Ago } from '../text/time.tsx'
import { revealHidden } from '../text/reveal-hidden.ts'

export interface DetailsPaneProps {
  readonly client: PageClient
  readonly sessionId: string
}

/** What is known of a session beside what is said in it. */
export function DetailsPane({ client, sessionId }: DetailsPaneProps) {
  const { conversation } = useStore(client.session(sessionId).view)
  const session = useStore(client.list.view).sessions?.find((one) => one.id === sessionId)
  return (
    <div className="x-details">
      <dl>
        {session && <OfSession session={session} />}
        {conversation && <OfConversation conversation={conversation} />}
      </dl>
      {conversation && conversation.agents.length > 0 && (
        <>
          <h2>Agents</h2>
          <AgentRows agents={conversation.agents} />
        </>
      )}
    </div>
  )
}

function OfSession({ session }: { readonly session: SessionSummary }) {
  return (
    <>
      <Detail name="Directory">
        <code>{revealHidden(session.directory)}</code>
      </Detail>
      <Detail name="Begun">
        <Ago at={session.createdAt} />
      </Detail>
      <Detail name="Session">
        <code>{session.id}</code>
      </Detail>
    </>
  )
}

function OfConversation({ conversation }: { readonly conversation: ConversationState }) {
  const { threadId, turns, model, context } = conversation
  return (
    <>
      <Detail name="Thread">
        <code>{threadId}</code>
      </Detail>
      <Detail name="Said">{plural(turns.length, 'turn')}</Detail>
      {model && (
        <Detail name="Model">
          {revealHidden(model.model)}
          {model.effort !== undefined && `, ${model.effort}`}
        </Detail>
      )}
      {context && (
        <Detail name="Tokens">
          {formatCount(context.totalTokens)} in all, {formatCount(context.usedTokens)}
          {context.windowTokens !== undefined && ` of ${formatCount(context.windowTokens)}`} in context
        </Detail>
      )}
    </>
  )
}

function Detail({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
