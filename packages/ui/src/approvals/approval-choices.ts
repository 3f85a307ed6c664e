import type { Approval, ApprovalDecision } from '@x/agents/conversation'

export interface Choice {
  readonly decision: ApprovalDecision
  readonly label: string
  readonly key: string | undefined
}

const CHOICES: readonly Choice[] = [
  { decision: 'accept', label: 'Approve once', key: 'y' },
  { decision: 'accept-for-session', label: 'Approve for session', key: 's' },
  { decision: 'decline', label: 'Decline', key: 'n' },
  { decision: 'cancel', label: 'Decline and stop', key: undefined },
]

/** What may be answered to an approval, always in the same order, so that a hand can learn it. */
export function choicesOf(approval: Approval): readonly Choice[] {
  return CHOICES.filter(({ decision }) => approval.choices.includes(decision))
}
