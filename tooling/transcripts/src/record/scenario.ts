import type { ScriptedModel } from '@x/responses'
import type { CodexVersion } from '../names.ts'
import type { Cues } from './cues.ts'
import type { Stage, StageOptions } from './stage.ts'

/** One transcript to record. */
export interface Scenario {
  /** What happens, in a sentence; it stands in the transcript's first line. */
  readonly about: string
  /** Without one there is nobody at the model's address. */
  readonly model?: (cues: Cues) => ScriptedModel
  /** What stands in config.toml beside the rest. */
  readonly config?: (version: CodexVersion) => Pick<StageOptions, 'settings' | 'tables'>
  run(stage: Stage, cues: Cues): Promise<void>
}
