import { expect, test } from 'vitest'
import { DisposeStack } from '../src/dispose-stack.ts'

test('everything is closed in reverse order, each awaited before the next', async () => {
  const log: string[] = []
  {
    await using stack = new DisposeStack()
    stack.use({
      [Symbol.asyncDispose]: async () => {
        await Promise.resolve()
        log.push('async')
      },
    })
    stack.use({ [Symbol.dispose]: () => log.push('sync') })
    expect(stack.adopt('value', (value) => log.push(value))).toBe('value')
    stack.defer(async () => {
      await Promise.resolve()
      log.push('deferred')
    })
    expect(stack.use(null)).toBeNull()
    expect(stack.use(undefined)).toBeUndefined()
    log.push('body')
  }
  expect(log).toEqual(['body', 'deferred', 'value', 'sync', 'async'])
})

test('a failed disposal does not stop the others', async () => {
  const log: string[] = []
  const stack = new DisposeStack()
  stack.defer(() => log.push('first'))
  stack.defer(() => Promise.reject(new Error('a')))
  stack.defer(() => {
    throw new Error('b')
  })
  stack.defer(() => log.push('last'))
  const failure = await stack[Symbol.asyncDispose]().catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(AggregateError)
  expect((failure as AggregateError).errors.map(String)).toEqual(['Error: b', 'Error: a'])
  expect(log).toEqual(['last', 'first'])
})

test('a single failure is thrown as it is', async () => {
  const error = new Error('alone')
  const stack = new DisposeStack()
  stack.defer(() => Promise.reject(error))
  await expect(stack[Symbol.asyncDispose]()).rejects.toBe(error)
})

test('disposal happens once, and both callers wait for it', async () => {
  let closed = 0
  const stack = new DisposeStack()
  stack.defer(() => (closed += 1))
  expect(stack[Symbol.asyncDispose]()).toBe(stack[Symbol.asyncDispose]())
  await stack[Symbol.asyncDispose]()
  expect(closed).toBe(1)
  expect(stack.disposed).toBe(true)
  expect(() => stack.defer(() => undefined)).toThrow(ReferenceError)
})

test('move hands the contents over', async () => {
  const log: string[] = []
  const first = new DisposeStack()
  first.defer(() => log.push('a'))
  const second = first.move()
  second.defer(() => log.push('b'))
  await first[Symbol.asyncDispose]()
  expect(log).toEqual([])
  expect(() => first.move()).toThrow(ReferenceError)
  await second[Symbol.asyncDispose]()
  expect(log).toEqual(['b', 'a'])
})

test('what has no way to be closed is refused', () => {
  expect(() => new DisposeStack().use({} as Disposable)).toThrow(TypeError)
})
