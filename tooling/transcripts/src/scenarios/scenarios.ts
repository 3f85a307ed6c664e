import type { TranscriptName } from '../names.ts'
import type { Scenario } from '../record/scenario.ts'
import { failed, interrupted, plainTurn, reasoning, resumed } from './talking.ts'
import { commandApproved, commandDeclined, fileChange, plan } from './working.ts'

/** What is recorded, by the name of its file. */
export const SCENARIOS: Readonly<Record<TranscriptName, Scenario>> = {
  'plain-turn': plainTurn,
  reasoning,
  'command-approved': commandApproved,
  'command-declined': commandDeclined,
  'file-change': fileChange,
  plan,
  interrupted,
  failed,
  resumed,
}
