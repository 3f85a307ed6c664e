/**
 * The same items, each asked for while the one before is used: one more than is taken is held. Nothing is asked for before
 * the first is wanted.
 */
export async function* readAhead<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  const items = source[Symbol.asyncIterator]()
  let next = items.next()
  try {
    for (;;) {
      const item = await next
      if (item.done === true) return
      next = items.next()
      next.catch(() => undefined) // thrown when it is its turn
      yield item.value
    }
  } finally {
    await next.catch(() => undefined)
    await items.return?.()
  }
}
