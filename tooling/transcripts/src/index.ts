export { CODEX_VERSIONS, TRANSCRIPT_NAMES, type CodexVersion, type TranscriptName } from './names.ts'
export { readTranscript, transcriptFile } from './read-transcript.ts'
