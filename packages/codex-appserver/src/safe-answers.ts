import type { ParamsOf, ResultOf, ServerRequestMethod } from './method-types.ts'

/**
 * What to answer where nobody here handles a request of the server: the answer that grants nothing and lets the
 * turn go on. Where no such answer exists the request is refused by name instead.
 */
export type SafeAnswers = {
  readonly [M in ServerRequestMethod]?: (params: ParamsOf<M>) => ResultOf<M>
}

export const SAFE_ANSWERS: SafeAnswers = {
  // `cancel` would interrupt the turn as well; a turn that lost an approval can still do something else.
  'item/commandExecution/requestApproval': () => ({ decision: 'decline' }),
  'item/fileChange/requestApproval': () => ({ decision: 'decline' }),
  'item/permissions/requestApproval': () => ({ permissions: {} }),
  'item/tool/requestUserInput': () => ({ answers: {} }),
  'mcpServer/elicitation/request': () => ({ action: 'decline' }),
  // The older names of the first two: no supported version sends them to a client that starts threads.
  // A refusal is a word in 0.142.5 and an object in 0.169.0; this is the one that both know and that grants nothing.
  applyPatchApproval: () => ({ decision: 'timed_out' }),
  execCommandApproval: () => ({ decision: 'timed_out' }),
  // Asked for only where the configuration says that the client has the clock. Without an answer the turn fails.
  'currentTime/read': () => ({ currentTimeAt: Math.floor(Date.now() / 1_000) }),
  'item/tool/call': ({ tool }) => ({
    success: false,
    contentItems: [{ type: 'inputText', text: `"${tool}" is not supported by this client` }],
  }),
}
