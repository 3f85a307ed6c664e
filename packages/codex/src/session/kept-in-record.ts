import type { CodexConversationOptions } from '../conversation/codex-conversation-options.ts'
import { keepGiven } from './keep-given.ts'
import { chosenModel } from './parse-launch-record.ts'
import type { RecordKeeper } from './record-keeper.ts'
import { forgetSteered, rememberSteered } from './remember-steered.ts'

type Kept = Pick<
  CodexConversationOptions,
  'chosen' | 'given' | 'onChoice' | 'onFirstMessage' | 'onGiven' | 'onReturned' | 'onSteer' | 'steered'
>

/** What a conversation has to find again, and what it says when that changes. */
export function keptInRecord(record: RecordKeeper): Kept {
  const { steered = [], given = [] } = record.current
  return {
    steered,
    given,
    chosen: chosenModel(record.current),
    onFirstMessage: () => record.save({ spoken: true }),
    onSteer: (message) => record.save(rememberSteered(record.current, message)),
    onReturned: (clientId) => record.save(forgetSteered(record.current, clientId)),
    onChoice: (model) => record.save({ model }),
    onGiven: (added) => record.save(keepGiven(record.current, added)),
  }
}
