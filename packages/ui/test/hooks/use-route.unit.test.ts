import { expect, test } from 'vitest'
import { parseRoute, SEEDS_HREF, sessionHref } from '../../src/hooks/use-route.ts'
import type { RouteParts } from '../../src/hooks/use-route.ts'

const NOTHING = { pane: undefined, turnId: undefined, itemId: undefined }

test.each<RouteParts>([
  {},
  { pane: 'terminal' },
  { pane: 'changes', turnId: 'turn/1?' },
  { itemId: 'item&2' },
  { pane: 'details', itemId: 'a b' },
])('an address leads back to its session and %j', (parts) => {
  expect(parseRoute(sessionHref('a/b c?', parts))).toEqual({ sessionId: 'a/b c?', ...NOTHING, ...parts })
})

test('the stored logins have an address', () => {
  expect(parseRoute(SEEDS_HREF)).toEqual({ sessionId: undefined, page: 'seeds', ...NOTHING })
})

test.each(['', '#', '#/', '#/s/', '#/s/%', '#/s/a/cellar', '#/seeds/a', '#/s/a/changes/%', '#token=abc'])(
  '%j names no session',
  (hash) => {
    expect(parseRoute(hash)).toEqual({ sessionId: undefined, ...NOTHING })
  },
)
