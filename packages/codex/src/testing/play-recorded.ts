import type { Conversation } from '@x/agents/conversation'
import { connect, type ConnectionClosed, type FrameChannel } from '@x/codex-appserver'
import { openThreadConversation } from './open-thread-conversation.ts'

export interface PlayRecordedOptions {
  readonly threadId: string
  readonly cwd: string
}

/** A conversation that hears what a server once told, at the pace of whoever has it. Disposing ends it. */
export interface RecordedPlay extends AsyncDisposable {
  readonly conversation: Conversation
  /** Tells one message: a notification, or a request, whose answer nobody waits for. */
  tell(message: object): void
  /** The same for one that is JSON already. */
  tellText(text: string): void
}

/** Opens a conversation on nothing but what is told to it. */
export async function playRecorded(options: PlayRecordedOptions): Promise<RecordedPlay> {
  const { channel, frame } = openMuteChannel()
  const client = await connect(channel, { clientInfo: { name: 'x', title: 'x', version: '0.0.0' } })
  const { conversation, end } = openThreadConversation(client, options)
  return {
    conversation,
    tell: (message) => frame(JSON.stringify(message)),
    tellText: frame,
    async [Symbol.asyncDispose]() {
      end()
      await client.close()
    },
  }
}

/** A server that introduces itself, and says nothing else by itself. */
function openMuteChannel(): {
  readonly channel: FrameChannel
  readonly frame: (text: string) => void
} {
  let tell: (text: string) => void = () => undefined
  let end: () => void = () => undefined
  const closed = new Promise<ConnectionClosed>((resolve) => {
    end = () => resolve({ reason: 'closed-here', detail: 'played to the end' })
  })
  const close = (): Promise<void> => {
    end()
    return Promise.resolve()
  }
  const result = { userAgent: 'recorded', codexHome: '/', platformFamily: 'unix', platformOs: 'linux' }
  const channel: FrameChannel = {
    closed,
    start: (reader) => {
      tell = (text) => reader.frame(text)
    },
    send: (text, gone) => {
      gone?.()
      const { id, method } = JSON.parse(text) as { readonly id?: number; readonly method?: string }
      if (method === 'initialize') queueMicrotask(() => tell(JSON.stringify({ id, result })))
    },
    close,
    [Symbol.asyncDispose]: close,
  }
  return { channel, frame: (text) => tell(text) }
}
