/** How a scenario tells its model to go on: a cue may be given before or after somebody waits for it. */
export class Cues {
  readonly #cues = new Map<string, { readonly given: Promise<void>; readonly give: () => void }>()

  give(name: string): void {
    this.#cue(name).give()
  }

  /** Waits without end when nobody gives it; the stream of a model ends with its reader all the same. */
  given(name: string): Promise<void> {
    return this.#cue(name).given
  }

  #cue(name: string): { readonly given: Promise<void>; readonly give: () => void } {
    const known = this.#cues.get(name)
    if (known) return known
    let give: () => void = () => undefined
    const cue = {
      given: new Promise<void>((resolve) => {
        give = resolve
      }),
      give: () => give(),
    }
    this.#cues.set(name, cue)
    return cue
  }
}
