/** What the agent of the drill writes, and all that must come of it. */
export interface AgentPlan {
  /** A shell script that writes it, to be run in the work directory. */
  readonly script: string
  readonly keywords: readonly PlannedKeyword[]
}

export interface PlannedKeyword {
  readonly type: 'status' | 'deliverable' | 'caller-message' | 'attention' | 'done'
  /** Counted from 0; it is in the line. */
  readonly n: number
}

const LINES_BETWEEN_PAUSES = 20
const PAUSE_SECONDS = '0.03'

/** @param count how many keywords, the last of which is DONE */
export function planAgent(count: number): AgentPlan {
  const keywords = Array.from({ length: count }, (_, n): PlannedKeyword => ({ n, type: typeOf(n, count) }))
  const commands = keywords.flatMap((keyword) => [
    ...(keyword.n % LINES_BETWEEN_PAUSES === 0 ? [`sleep ${PAUSE_SECONDS}`] : []),
    ...commandsOf(keyword),
  ])
  return { script: `${commands.join('\n')}\n`, keywords }
}

function typeOf(n: number, count: number): PlannedKeyword['type'] {
  if (n === count - 1) return 'done'
  if (n % 20 === 3) return 'deliverable'
  if (n % 20 === 7) return 'caller-message'
  return n % 50 === 11 ? 'attention' : 'status'
}

/** Half a line at times, and lines that are no keyword. */
function commandsOf({ type, n }: PlannedKeyword): readonly string[] {
  switch (type) {
    case 'status':
      return n % 9 === 0
        ? [`printf 'STAT' >>agent.log`, `printf 'US: line ${n}\\n' >>agent.log`]
        : [`echo 'STATUS: line ${n}' >>agent.log`]
    case 'deliverable':
      return [
        `echo 'content ${n}' >'deliverables/file ${n}'`,
        `echo 'DELIVERABLE: deliverables/file ${n}' >>agent.log`,
      ]
    case 'caller-message':
      return [`echo 'CALLER_MESSAGE: ask {"n":${n}}' >>agent.log`]
    case 'attention':
      return [`echo 'no keyword ${n}' >>agent.log`, `echo 'ATTENTION: line ${n}' >>agent.log`]
    case 'done':
      return [`echo 'DONE: line ${n}' >>agent.log`]
  }
}
