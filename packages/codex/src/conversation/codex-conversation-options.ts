import type { Grant } from '@x/agents/conversation'
import type { AppServerClient } from '@x/codex-appserver'
import type { ModelsOptions } from './models.ts'
import type { OutboxOptions } from './outbox.ts'
import type { QueueOptions } from './queue.ts'
import type { RefusalsOptions } from './refusals.ts'
import type { RequestsOptions } from './requests.ts'

/** What a conversation needs of the session around it. */
export type CodexConversationOptions = Omit<RequestsOptions, 'feed' | 'threadId'> &
  Pick<OutboxOptions, 'gate' | 'onFirstMessage' | 'steered' | 'onSteer'> &
  Pick<ModelsOptions, 'chosen' | 'onChoice'> & {
    /** What a refused command came up against, and what may be granted against it. @default refusals are not told */
    readonly refusals?: Pick<RefusalsOptions, 'boundaries' | 'describe'>
    /** Allows one thing more, from the next turn on. @throws ConversationError `not-grantable` @default nothing can be granted */
    readonly onGrant?: (client: AppServerClient, grant: Grant) => Promise<Grant>
    /** Where messages wait. */
    readonly queue: QueueOptions['store']
    /** Another one comes with `hydrate` when Codex had kept nothing of the first. */
    readonly threadId: string
    readonly cwd: string
    /** A message that was handed to a turn waits in the queue again. */
    readonly onReturned: (clientId: string) => Promise<void>
    /** Whether a message of the queue may begin a turn; when it may again, `queue.advance` is called. @default always */
    readonly mayBegin?: () => boolean
    /** A turn has come to its end. */
    readonly onTurnEnded: () => void
  }
