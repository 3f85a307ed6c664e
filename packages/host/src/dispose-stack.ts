type Disposer = () => unknown

/**
 * Collects what a function has opened, so that it is closed in reverse order when the function fails halfway.
 *
 * `await using opening = new DisposeStack()`, then `use`, `adopt` or `defer` after each step, and `move()` on success.
 * Stands in for `AsyncDisposableStack`, which Node 20 lacks.
 */
export class DisposeStack implements AsyncDisposable {
  #disposers: Disposer[] = []
  #disposal: Promise<void> | undefined

  /** True once disposal has begun, or the contents were moved away. */
  get disposed(): boolean {
    return this.#disposal !== undefined
  }

  /** Closes `value` with the stack, and returns it. `null` and `undefined` are let through. */
  use<T extends AsyncDisposable | Disposable | null | undefined>(value: T): T {
    this.#assertOpen()
    if (value == null) return value
    if (Symbol.asyncDispose in value) this.defer(() => value[Symbol.asyncDispose]())
    else if (Symbol.dispose in value) this.defer(() => value[Symbol.dispose]())
    else throw new TypeError('expected a disposable value')
    return value
  }

  /** Gives `value` to `onDispose` when the stack is disposed, and returns it. */
  adopt<T>(value: T, onDispose: (value: T) => unknown): T {
    this.defer(() => onDispose(value))
    return value
  }

  /** Runs `onDispose` when the stack is disposed. What it returns is awaited. */
  defer(onDispose: Disposer): void {
    this.#assertOpen()
    this.#disposers.push(onDispose)
  }

  /** Hands everything to a new stack, which the caller now owns; this one is empty and disposed. */
  move(): DisposeStack {
    this.#assertOpen()
    const next = new DisposeStack()
    next.#disposers = this.#disposers
    this.#disposers = []
    this.#disposal = Promise.resolve()
    return next
  }

  /**
   * Closes everything, last opened first, each awaited before the next; a failure does not stop the others.
   * Idempotent: a second call gets the same promise.
   * @throws the one error there was, or an `AggregateError` of several in the order in which they happened
   */
  [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#disposeAll()
    return this.#disposal
  }

  async #disposeAll(): Promise<void> {
    const disposers = this.#disposers.reverse()
    this.#disposers = []
    const errors: unknown[] = []
    for (const dispose of disposers) {
      try {
        await dispose()
      } catch (error) {
        errors.push(error)
      }
    }
    if (errors.length === 1) throw errors[0]
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} disposals failed`)
  }

  #assertOpen(): void {
    if (this.disposed) throw new ReferenceError('this DisposeStack was disposed or moved')
  }
}
