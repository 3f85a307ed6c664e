import { emptyConversation, foldConversation } from '@x/agents/conversation'
import { expect, test } from 'vitest'
import { sessionTitle } from '../../src/sessions/session-title.ts'

const said = (...texts: string[]) =>
  foldConversation(
    emptyConversation('thread', '/code'),
    texts.map((text, n) => ({
      type: 'item-completed',
      turnId: `t${n}`,
      item: { id: `i${n}`, phase: 'done', type: 'user-message', text },
    })),
  )

test('the first words that were said', () => {
  expect(sessionTitle(said('Make the\n  tests pass ', 'and more'), '/code')).toBe('Make the tests pass')
})

test('shortened between two words, never within a letter', () => {
  const long = sessionTitle(said('word '.repeat(30)), '/code')
  expect(long).toMatch(/^(word ){11}word…$/)
  expect(sessionTitle(said('👨‍👩‍👧'.repeat(100)), '/code')).toBe(`${'👨‍👩‍👧'.repeat(60)}…`)
})

test('before that, the name of the directory, if it is the person’s', () => {
  expect([
    sessionTitle(undefined, '/home/me/code'),
    sessionTitle(said(' '), '/code'),
    sessionTitle(undefined, ''),
  ]).toEqual(['code', 'code', 'New session'])
})
