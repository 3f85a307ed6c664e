import type { SeedQuota, Seeds } from '@x/agents/seeds'
import { mergeQuotas } from '../../login/read-account.ts'

/** Between two notes, in milliseconds: Codex tells its limits with every answer of the model. */
const NOTE_MS = 15_000

/** Writes down how far the limits of a login are used up, as its sessions hear it: the first at once, then now and then. */
export class QuotaNotes {
  private readonly seeds: Seeds
  private readonly key: { readonly owner: string; readonly seedId: string }
  private told: readonly SeedQuota[] = []
  private isNoting = false
  private notedAt = Number.NEGATIVE_INFINITY
  private timer: NodeJS.Timeout | undefined

  constructor(seeds: Seeds, { owner, seedId }: { readonly owner: string; readonly seedId: string }) {
    this.seeds = seeds
    this.key = { owner, seedId }
  }

  hear(quotas: readonly SeedQuota[]): void {
    this.told = mergeQuotas(this.told, quotas)
    this.noteSoon()
  }

  /** Nothing is written any more. */
  end(): void {
    clearTimeout(this.timer)
    this.told = []
  }

  private noteSoon(): void {
    if (this.told.length === 0 || this.isNoting || this.timer) return
    const left = this.notedAt + NOTE_MS - performance.now()
    if (left <= 0) {
      void this.note()
      return
    }
    this.timer = setTimeout(() => {
      this.timer = undefined
      this.noteSoon()
    }, left).unref()
  }

  private async note(): Promise<void> {
    const { told, seeds, key } = this
    this.told = []
    this.isNoting = true
    this.notedAt = performance.now()
    try {
      const known = (await seeds.get(key)).account?.quotas ?? []
      const quotas = mergeQuotas(known, told)
      if (JSON.stringify(quotas) !== JSON.stringify(known)) await seeds.describe(key, { quotas })
    } catch {
      // Told again with the next answer.
    }
    this.isNoting = false
    this.noteSoon()
  }
}
