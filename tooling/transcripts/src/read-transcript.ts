import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseTranscript, type Transcript } from '@x/codex-appserver/testing'
import type { CodexVersion, TranscriptName } from './names.ts'

/** Where the recording lies. */
export function transcriptFile(version: CodexVersion, name: TranscriptName): string {
  return fileURLToPath(new URL(`../recorded/${version}/${name}.jsonl`, import.meta.url))
}

/** What a real Codex of `version` and its client said: play it with `playTranscript`, or fold what it emits. */
export function readTranscript(version: CodexVersion, name: TranscriptName): Transcript {
  return parseTranscript(readFileSync(transcriptFile(version, name), 'utf8'))
}
