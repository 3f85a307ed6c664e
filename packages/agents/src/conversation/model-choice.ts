/** Which model answers, and how hard it thinks; takes effect with the next turn. */
export interface ModelChoice {
  readonly model: string
  /** One of the model's `efforts`; absent: the model's own. */
  readonly effort?: string
}

/** A model that can be chosen. */
export interface ModelInfo {
  readonly model: string
  readonly name: string
  readonly description: string
  readonly efforts: readonly { readonly effort: string; readonly description: string }[]
  readonly defaultEffort: string
  readonly isDefault: boolean
}
