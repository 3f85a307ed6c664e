import { expect, test } from 'vitest'
import { HostError, type HostErrorCode } from '../errors.ts'

/** What the machine behind a host lacks: how every call that needs it is refused. */
export interface Lack {
  /** @default 'unsupported' */
  readonly code?: HostErrorCode
  /** Of the refusal: it names what is missing, and what to do. */
  readonly message: RegExp
}

/**
 * Judges the cases of what a machine lacks: each runs, and keeps its promise or is refused as it was declared. Of each
 * lack one case at least must be refused, so that a declaration which is not true any more is found.
 */
export class LackWitness {
  readonly #lacks: ReadonlyMap<string, Lack>
  readonly #ran = new Set<string>()
  readonly #refused = new Set<string>()

  constructor(lacks: Readonly<Partial<Record<string, Lack>>>) {
    this.#lacks = new Map(
      Object.entries(lacks).filter((entry): entry is [string, Lack] => entry[1] !== undefined),
    )
  }

  async judge(needs: readonly string[], body: () => Promise<void>): Promise<void> {
    const lacking = needs.filter((need) => this.#lacks.has(need))
    for (const need of lacking) this.#ran.add(need)
    try {
      await body()
    } catch (error) {
      const refused = lacking.filter((need) => isRefusal(error, this.#lacks.get(need)))
      if (refused.length === 0) throw error
      for (const need of refused) this.#refused.add(need)
    }
  }

  /** Registers the closing cases. */
  describe(): void {
    for (const need of this.#lacks.keys()) {
      test(`what it lacks for ${need} is said`, () => {
        // Where a person runs some cases only, it need not have come to that.
        expect(this.#ran.has(need) && !this.#refused.has(need) ? `nothing was refused for ${need}` : '').toBe(
          '',
        )
      })
    }
  }
}

/** An assertion that met a refusal in place of what it wanted has it as `actual`. */
function isRefusal(error: unknown, lack: Lack | undefined): boolean {
  if (lack === undefined || typeof error !== 'object' || error === null) return false
  const { code = 'unsupported', message } = lack
  if (error instanceof HostError && error.code === code && message.test(error.message)) return true
  const { actual, cause, error: own, suppressed } = error as Readonly<Record<string, unknown>>
  return [actual, cause, own, suppressed].some((inner) => inner !== error && isRefusal(inner, lack))
}
