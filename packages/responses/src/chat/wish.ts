/** What the model shows that takes calls of its own; `acts.ts` has each. */
export type Act = (typeof ACTS)[number]

const ACTS = ['plan', 'think', 'patch', 'parallel', 'agents', 'ask', 'usage', 'images'] as const

// Nothing is left behind where the sandbox is off and lets it happen. The pause is for the page: Codex shows no
// command that was refused at once.
const DENIED = 'sleep 0.5; mkdir /usr/scripted-model-was-here && rmdir /usr/scripted-model-was-here'
const OVER_THE_NET = 'sleep 0.5; curl -sS -m 5 -o /dev/null https://example.com/'

/** What a person's message asks the chat model to do. */
export type Wish =
  | { readonly kind: 'talk' }
  | { readonly kind: 'help' }
  | { readonly kind: 'markdown' }
  | { readonly kind: 'run'; readonly commands: readonly string[] }
  | { readonly kind: 'slow'; readonly seconds: number }
  | { readonly kind: 'count'; readonly upTo: number }
  | { readonly kind: 'flood'; readonly deltas: number }
  | { readonly kind: 'act'; readonly act: Act }
  /** Without a status the failure comes in the middle of the stream. */
  | { readonly kind: 'fail'; readonly status: number | undefined }

const DEFAULT_SLOW_SECONDS = 8
const MAX_SLOW_SECONDS = 3600
const DEFAULT_COUNT = 100
const MAX_COUNT = 200_000
const DEFAULT_FLOOD = 10_000
const MAX_FLOOD = 1_000_000

/** Reads a message: every `run:` line is a command; else the first line that is a keyword decides; else it is talk. */
export function parseWish(text: string): Wish {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  const commands = lines.flatMap((line) => /^run:\s*(\S.*)$/i.exec(line)?.[1] ?? [])
  if (commands.length > 0) return { kind: 'run', commands }
  for (const line of lines) {
    const [, word = '', value] =
      /^(help|md|slow|count|fail|flood|deny|net|reason|plan|think|patch|parallel|agents|ask|usage|images)(?:\s*:\s*(\d+))?\W*$/i.exec(
        line,
      ) ?? []
    const number = value === undefined ? undefined : Number(value)
    const keyword = word.toLowerCase()
    switch (keyword) {
      case 'help':
        return { kind: 'help' }
      case 'md':
        return { kind: 'markdown' }
      case 'slow':
        return { kind: 'slow', seconds: within(number ?? DEFAULT_SLOW_SECONDS, 1, MAX_SLOW_SECONDS) }
      case 'count':
        return { kind: 'count', upTo: within(number ?? DEFAULT_COUNT, 1, MAX_COUNT) }
      case 'fail':
        return {
          kind: 'fail',
          status: number !== undefined && number >= 400 && number <= 599 ? number : undefined,
        }
      case 'flood':
        return { kind: 'flood', deltas: within(number ?? DEFAULT_FLOOD, 1, MAX_FLOOD) }
      case 'deny':
        return { kind: 'run', commands: [DENIED] }
      case 'net':
        return { kind: 'run', commands: [OVER_THE_NET] }
      case 'reason':
        return { kind: 'act', act: 'think' }
      default: {
        const act = ACTS.find((name) => name === keyword)
        if (act !== undefined) return { kind: 'act', act }
      }
    }
  }
  return { kind: 'talk' }
}

function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
