import type { ParamsOf } from '../src/method-types.ts'

const turn = { threadId: 't', turnId: 'u', itemId: 'i', startedAtMs: 0 }

/** The least that requests of the server may say. */
export const approvalParams = turn satisfies ParamsOf<'item/commandExecution/requestApproval'>

export const permissionsParams = {
  ...turn,
  cwd: '/w',
  permissions: {},
} satisfies ParamsOf<'item/permissions/requestApproval'>

export const toolCallParams = {
  threadId: 't',
  turnId: 'u',
  callId: 'c',
  tool: 'look',
  arguments: {},
} satisfies ParamsOf<'item/tool/call'>
