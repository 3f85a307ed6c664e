import type { StoredQueue } from './parse-queue.ts'

/** Who says that it sends which message. */
export type Claim = NonNullable<StoredQueue['leaving']>

/**
 * Gives somebody else's claim the time that it has.
 *
 * Whoever was killed while it said on disk that it sends a message may have said so after we had read it, since what
 * writes outlives it for a moment: a claim that stands for long is nobody's.
 */
export class ClaimWatch {
  private readonly ms: number
  private readonly onOld: (claim: Claim) => void
  private watched: Claim | undefined
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(ms: number, onOld: (claim: Claim) => void) {
    this.ms = ms
    this.onOld = onOld
  }

  /** Begins anew when it is another one; `undefined` when there is none. */
  watch(claim: Claim | undefined): void {
    if (isSame(claim, this.watched)) return
    this.end()
    this.watched = claim
    if (claim) this.timer = setTimeout(() => this.onOld(claim), this.ms).unref()
  }

  end(): void {
    clearTimeout(this.timer)
    this.watched = undefined
  }
}

export function isSame(one: Claim | undefined, other: Claim | undefined): boolean {
  return one?.by === other?.by && one?.id === other?.id
}
