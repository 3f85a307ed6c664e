import type { Feed, Question, QuestionAnswer } from '@x/agents/conversation'
import type { AppServerClient } from '@x/codex-appserver'

export interface QuestionsOptions {
  readonly feed: Feed
}

/** What the agent wants to know of a person, and waits for. None is asked yet. */
export class Questions {
  protected readonly options: QuestionsOptions
  private readonly listeners = new Set<(question: Question) => void>()

  constructor(options: QuestionsOptions) {
    this.options = options
  }

  /** Takes the questions of one connection, once the thread's state is there; the subscriptions end with it. */
  bind(_client: AppServerClient, _hydrated: Promise<void>): void {
    // Unknown requests of the server are answered by the client's safe answers.
  }

  /** @returns false when it is no longer open @throws ConversationError `choice-not-offered` */
  answer(_questionId: string, _answer: QuestionAnswer): boolean {
    return false
  }

  onOpen(listener: (question: Question) => void): Disposable {
    this.listeners.add(listener)
    return { [Symbol.dispose]: () => void this.listeners.delete(listener) }
  }
}
