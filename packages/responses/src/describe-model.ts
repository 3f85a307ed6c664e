/** A model as a person chooses it. */
export interface ModelDescription {
  /** The name that goes into a request. */
  readonly slug: string
  /** @default the slug */
  readonly name?: string
  readonly description?: string
  /** Levels of reasoning; the first is the default. @default low, medium, high */
  readonly efforts?: readonly string[]
  /** In tokens. @default 272_000 */
  readonly contextWindow?: number
  /** The lowest comes first and is the default model; Codex's own begin at 0. @default 0 */
  readonly priority?: number
  /** Left out of the list that a person sees. @default false */
  readonly hidden?: boolean
}

/**
 * An entry of `GET /v1/models` as Codex reads it: one field missing, and Codex drops the whole list.
 * Such a model has the patch tool and is allowed several calls at once. `more` replaces or adds fields by their wire names.
 */
export function describeModel(
  model: ModelDescription,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const {
    slug,
    name = slug,
    description = '',
    efforts = ['low', 'medium', 'high'],
    contextWindow = 272_000,
    priority = 0,
    hidden = false,
  } = model
  return {
    slug,
    display_name: name,
    description,
    default_reasoning_level: efforts[0] ?? null,
    supported_reasoning_levels: efforts.map((effort) => ({ effort, description: effort })),
    shell_type: 'unified_exec',
    visibility: hidden ? 'hide' : 'list',
    supported_in_api: true,
    priority,
    upgrade: null,
    availability_nux: null,
    base_instructions: 'You are a scripted model.',
    supports_reasoning_summaries: true,
    support_verbosity: false,
    default_verbosity: null,
    apply_patch_tool_type: 'freeform',
    truncation_policy: { mode: 'tokens', limit: 10_000 },
    supports_parallel_tool_calls: true,
    context_window: contextWindow,
    experimental_supported_tools: [],
    input_modalities: ['text', 'image'],
    ...more,
  }
}
