import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { anySignal } from '../src/any-signal.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

test('a deadline that nobody else holds aborts, whatever the garbage collector does', async () => {
  const never = new AbortController()
  const aborted = new Promise<unknown>((resolve) => {
    const late = anySignal([never.signal, AbortSignal.timeout(200)])
    late.addEventListener('abort', () => resolve((late.reason as Error).name))
  })
  const collecting = setInterval(collectGarbage, 10)
  const tooLate = new Promise((resolve) => setTimeout(resolve, 5_000, 'never'))
  expect(await Promise.race([aborted, tooLate])).toBe('TimeoutError')
  clearInterval(collecting)
})

test('it aborts with the reason of whichever comes first, and at once when one has', () => {
  const first = new AbortController()
  const second = new AbortController()
  const either = anySignal([first.signal, second.signal])
  expect(either.aborted).toBe(false)
  second.abort('second')
  first.abort('first')
  expect(either.reason).toBe('second')
  expect(anySignal([either]).reason).toBe('second')
})
