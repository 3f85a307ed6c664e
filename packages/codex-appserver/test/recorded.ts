import { readFileSync } from 'node:fs'
import { parseTranscript, type Transcript } from '../src/testing/transcript.ts'
import type { CodexVersion } from './start-app-server.ts'

/**
 * A recording of a real Codex. Read by its path: the package that owns them is built on this one, so this one
 * cannot depend on it.
 */
export function recorded(version: CodexVersion, name: string): Transcript {
  const place = `../../../tooling/transcripts/recorded/${version}/${name}.jsonl`
  return parseTranscript(readFileSync(new URL(place, import.meta.url), 'utf8'))
}

/** What the server sent, as it went over the wire. */
export function framesOf(version: CodexVersion, name: string): readonly string[] {
  return recorded(version, name).steps.flatMap((step) => ('emit' in step ? [JSON.stringify(step.emit)] : []))
}
