// For tests of this package and of what is built on it; adding a line here is an API change.
export {
  parseTranscript,
  renderTranscript,
  type Transcript,
  type TranscriptHeader,
  type TranscriptStep,
  type WireMessage,
} from './transcript.ts'
export { createTranscriptRecording, type TranscriptRecording } from './record-transcript.ts'
export { normaliseTranscript, type NormaliseOptions } from './normalise-transcript.ts'
export {
  playTranscript,
  TranscriptMismatchError,
  type PlayOptions,
  type TranscriptPlayer,
} from './play-transcript.ts'
export type { MessageComparison } from './message-difference.ts'
