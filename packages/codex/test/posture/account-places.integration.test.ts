import { openLocalHost } from '@x/host'
import { expect, test } from 'vitest'
import { accountPlaces } from '../../src/posture/account-places.ts'
import { hostWith } from '../host-with.ts'

test('of another machine a place that is not there is left out, and one that can not be looked at is hidden', async () => {
  await using local = await openLocalHost()
  const files = Object.create(local.files, {
    stat: {
      value: (place: string) =>
        place === '/vault/keys' ? Promise.reject(new Error('the link broke')) : local.files.stat(place),
    },
  }) as typeof local.files
  const host = hostWith(local, { name: 'far', files })
  const { secrets } = await accountPlaces(host, ['/vault/keys', '/never/was'])
  expect(secrets).toContain('/vault/keys')
  expect(secrets).not.toContain('/never/was')
})
