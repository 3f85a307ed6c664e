import { expect, test } from 'vitest'
import { pageAddress } from '../src/page-address.ts'

test.each([
  [undefined, 'http://127.0.0.1:4000/#token=a-b_c'],
  ['s-0123456789ab', 'http://127.0.0.1:4000/#token=a-b_c&s=s-0123456789ab'],
  ['a&token=b', 'http://127.0.0.1:4000/#token=a-b_c&s=a%26token%3Db'],
])('the address that leads to %j', (session, address) => {
  expect(pageAddress('http://127.0.0.1:4000', 'a-b_c', session)).toBe(address)
})
