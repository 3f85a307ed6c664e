import type { ModelRequest } from '../model-request.ts'
import type { UsageFigures } from '../steps/usage.ts'

// About four characters make a token in English text. Codex decides by these numbers when to compact a thread,
// so they grow with the conversation as a real model's do.
const CHARACTERS_PER_TOKEN = 4

/** A `usage` object for a request and the items that answered it: `given`, and estimates where nothing is given, since nothing here has a tokenizer. */
export function estimateUsage(
  request: ModelRequest,
  output: readonly unknown[],
  given: UsageFigures = {},
): Readonly<Record<string, unknown>> {
  const {
    inputTokens = tokens(request.instructions) + tokens(JSON.stringify(request.body['input'] ?? '')),
    cachedTokens = 0,
    outputTokens = tokens(JSON.stringify(output)),
    reasoningTokens = 0,
  } = given
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: cachedTokens },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: reasoningTokens },
    total_tokens: inputTokens + outputTokens,
  }
}

function tokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN)
}
