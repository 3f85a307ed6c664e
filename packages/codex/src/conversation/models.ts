import type { Feed, ModelChoice, ModelInfo } from '@x/agents/conversation'
import type { AppServerClient, protocol } from '@x/codex-appserver'
import type { ClientSlot } from './client-slot.ts'

export interface ModelsOptions {
  readonly feed: Feed
  readonly slot: ClientSlot
  readonly threadId: () => string
  /** What was chosen before. */
  readonly chosen: ModelChoice | undefined
  /** Told, to be kept, when a person has chosen, here or in another client of the thread. */
  readonly onChoice: (choice: ModelChoice) => Promise<void>
}

/** Which models there are, which one answers, and which one is to answer from the next turn on. */
export class Models {
  private readonly options: ModelsOptions
  /** Chosen, and in no turn yet. */
  private pending: ModelChoice | undefined

  constructor(options: ModelsOptions) {
    this.options = options
    this.pending = options.chosen
  }

  /** All that Codex shows in its own picker. */
  async list(signal?: AbortSignal): Promise<readonly ModelInfo[]> {
    const client = await this.options.slot.next()
    const models: ModelInfo[] = []
    let cursor: string | undefined
    do {
      const page = await client.request(
        'model/list',
        cursor === undefined ? {} : { cursor },
        signal ? { signal } : {},
      )
      models.push(...page.data.filter((model) => !model.hidden).map(translateModel))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    return models
  }

  /** @throws TypeError for an empty name; RpcError when Codex can't list its models */
  async choose(choice: ModelChoice): Promise<void> {
    const { model, effort } = choice
    if (model.trim() === '' || effort?.trim() === '')
      throw new TypeError('expected the name of a model, got an empty text')
    // Codex would keep the effort of the model before.
    const own = effort ?? (await this.list()).find((one) => one.model === model)?.defaultEffort
    this.pending = { model, ...(own !== undefined && { effort: own }) }
    this.options.feed.publish({ type: 'model-changed', model: this.pending })
    await this.options.onChoice(this.pending)
  }

  /** What the next turn is begun with. */
  settings(): { readonly model?: string; readonly effort?: string } {
    return this.pending ?? {}
  }

  /** Codex has begun a turn with `settings()`: the thread keeps them. */
  taken(settings: object): void {
    if (this.pending === settings) this.pending = undefined
  }

  /** What Codex said of the thread when it was opened; a choice that is in no turn yet goes before. */
  opened(model: ModelChoice | undefined): ModelChoice | undefined {
    if (model && this.pending && fits(model, this.pending)) this.pending = undefined
    return this.pending ?? model
  }

  /** Follows what other clients choose; the subscription ends with the connection. */
  bind(client: AppServerClient, hydrated: Promise<void>): void {
    client.onNotification('thread/settings/updated', ({ threadId, threadSettings: { model, effort } }) => {
      void hydrated.then(() => {
        if (threadId === this.options.threadId()) this.changed(translateChoice(model, effort))
      })
    })
  }

  private changed(model: ModelChoice): void {
    const known = this.options.feed.state.model
    if (this.pending || (known && isSame(known, model))) return
    this.options.feed.publish({ type: 'model-changed', model })
    // Not kept: the thread has it, and tells it when it is taken up.
    void this.options.onChoice(model).catch(() => undefined)
  }
}

export function translateChoice(model: string, effort: string | null | undefined): ModelChoice {
  return typeof effort === 'string' ? { model, effort } : { model }
}

function translateModel(model: protocol.Model): ModelInfo {
  return {
    model: model.model,
    name: model.displayName,
    description: model.description,
    efforts: model.supportedReasoningEfforts.map(({ reasoningEffort, description }) => ({
      effort: reasoningEffort,
      description,
    })),
    defaultEffort: model.defaultReasoningEffort,
    isDefault: model.isDefault,
  }
}

/** Who has chosen no effort takes any. */
function fits(known: ModelChoice, wanted: ModelChoice): boolean {
  return isSame(known, { ...known, ...wanted })
}

function isSame(one: ModelChoice, other: ModelChoice): boolean {
  return one.model === other.model && one.effort === other.effort
}
