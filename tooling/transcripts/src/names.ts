/** The versions of Codex that were recorded. */
export const CODEX_VERSIONS = ['0.142.5', '0.169.0'] as const
export type CodexVersion = (typeof CODEX_VERSIONS)[number]

/** Every transcript there is, of every version. */
export const TRANSCRIPT_NAMES = [
  'plain-turn',
  'reasoning',
  'command-approved',
  'command-declined',
  'command-late',
  'file-change',
  'plan',
  'interrupted',
  'failed',
  'resumed',
  'unreachable',
  'flood',
  'sub-agent',
  'user-input',
  'permissions',
  'dynamic-tool',
  'elicitation',
] as const
export type TranscriptName = (typeof TRANSCRIPT_NAMES)[number]
