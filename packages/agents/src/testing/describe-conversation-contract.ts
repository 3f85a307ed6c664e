import { describe, test } from 'vitest'
import { approvalContract } from './approval-contract.ts'
import type { ConversationCase, ConversationStage } from './conversation-stage.ts'
import { endingContract } from './ending-contract.ts'
import { feedContract } from './feed-contract.ts'
import { queueContract } from './queue-contract.ts'
import { turnContract } from './turn-contract.ts'

/**
 * Registers the suite that every agent's conversation must pass. It uses nothing but the `Conversation` itself, and
 * an agent that follows the stage's cues.
 * @param open opens a fresh stage for each case; the suite disposes it
 */
export function describeConversationContract(name: string, open: () => Promise<ConversationStage>): void {
  const scenario: ConversationCase = (title, body) => {
    test(title, async () => {
      await using stage = await open()
      await body(stage)
    })
  }
  describe(`${name} keeps the Conversation contract`, () => {
    describe('turns', () => turnContract(scenario))
    describe('feed', () => feedContract(scenario))
    describe('approvals', () => approvalContract(scenario))
    describe('queue', () => queueContract(scenario))
    describe('ending', () => endingContract(scenario))
  })
}
