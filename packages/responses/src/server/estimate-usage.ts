import type { ModelRequest } from '../model-request.ts'

// About four characters make a token in English text. Codex decides by these numbers when to compact a thread,
// so they grow with the conversation as a real model's do.
const CHARACTERS_PER_TOKEN = 4

/** A `usage` object for a request and the items that answered it: an estimate, since nothing here has a tokenizer. */
export function estimateUsage(
  request: ModelRequest,
  output: readonly unknown[],
): Readonly<Record<string, unknown>> {
  const inputTokens = tokens(request.instructions) + tokens(JSON.stringify(request.body['input'] ?? ''))
  const outputTokens = tokens(JSON.stringify(output))
  return {
    input_tokens: inputTokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: inputTokens + outputTokens,
  }
}

function tokens(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN)
}
