/** A value that changes, and who wants to know. The value is replaced, never changed in place. */
export class Store<T> {
  private value: T
  private readonly listeners = new Set<() => void>()

  constructor(initial: T) {
    this.value = initial
  }

  /** The value now; the same object until the next change. */
  readonly read = (): T => this.value

  /** Calls `listener` after each change. @returns the way to stop it */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Replaces the value; the same value again tells nobody. */
  write(next: T): void {
    if (Object.is(next, this.value)) return
    this.value = next
    for (const listener of [...this.listeners]) listener()
  }
}
