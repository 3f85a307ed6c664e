import type { TranscriptName } from '../names.ts'
import type { Scenario } from '../record/scenario.ts'
import { dynamicTool, elicitation, permissions, userInput } from './asking.ts'
import { flood, subAgent, unreachable } from './enduring.ts'
import { failed, interrupted, plainTurn, reasoning, resumed } from './talking.ts'
import { commandApproved, commandDeclined, commandLate, fileChange, plan } from './working.ts'

/** What is recorded, by the name of its file. */
export const SCENARIOS: Readonly<Record<TranscriptName, Scenario>> = {
  'plain-turn': plainTurn,
  reasoning,
  'command-approved': commandApproved,
  'command-declined': commandDeclined,
  'command-late': commandLate,
  'file-change': fileChange,
  plan,
  interrupted,
  failed,
  resumed,
  unreachable,
  flood,
  'sub-agent': subAgent,
  'user-input': userInput,
  permissions,
  'dynamic-tool': dynamicTool,
  elicitation,
}
