/**
 * Listeners by name. The arrays are never changed in place, so a listener may add or remove listeners while it runs.
 */
export class Listeners<Name, Event> {
  readonly #byName = new Map<Name, readonly ((event: Event) => void)[]>()
  readonly #onThrow: (error: unknown, name: Name) => void

  /** `onThrow` hears of a listener that threw; the others are called all the same. */
  constructor(onThrow: (error: unknown, name: Name) => void) {
    this.#onThrow = onThrow
  }

  add(name: Name, listener: (event: Event) => void): Disposable {
    // Wrapped, so that one function registered twice is two listeners with a life of their own.
    const entry = (event: Event): void => {
      listener(event)
    }
    this.#byName.set(name, [...(this.#byName.get(name) ?? []), entry])
    return {
      [Symbol.dispose]: () => {
        const left = (this.#byName.get(name) ?? []).filter((candidate) => candidate !== entry)
        if (left.length > 0) this.#byName.set(name, left)
        else this.#byName.delete(name)
      },
    }
  }

  emit(name: Name, event: Event): void {
    const listeners = this.#byName.get(name)
    if (!listeners) return
    for (const listener of listeners) {
      try {
        listener(event)
      } catch (error) {
        this.#onThrow(error, name)
      }
    }
  }
}
