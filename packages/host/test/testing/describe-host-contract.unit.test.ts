import { expect, test } from 'vitest'
import { openLocalHost } from '../../src/local/open-local-host.ts'
import { describeHostContract } from '../../src/testing/describe-host-contract.ts'

test('a capability that does not exist is refused', () => {
  expect(() => {
    describeHostContract('x', openLocalHost, { cannot: ['fly'] })
  }).toThrow(/^expected a capability \(detached, .*\), got "fly"$/)
})
