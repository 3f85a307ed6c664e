/** Token counts that the script decides; what it leaves out is estimated from the length of the text. */
export interface UsageFigures {
  readonly inputTokens?: number
  /** Part of `inputTokens`. @default 0 */
  readonly cachedTokens?: number
  readonly outputTokens?: number
  /** Part of `outputTokens`. @default 0 */
  readonly reasoningTokens?: number
}
