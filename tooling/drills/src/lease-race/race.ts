import { rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { StoreError, type Lease, type Store } from '@x/agents/store'
import type { Losses } from '../drill.ts'
import { startProgram, type Line, type Program } from '../stores/program.ts'
import type { StorePlace } from '../stores/store-place.ts'
import { OWNER, POOL, type RacerErrand } from './racer-errand.ts'

const RACER = fileURLToPath(new URL('racer.ts', import.meta.url))

/** `frozen`: stopped past its lease. `replaced`: and meanwhile somebody has looked, and taken the seed over. */
export type Fate = 'runs' | 'frozen' | 'replaced'

export interface RaceOptions {
  readonly store: Store
  readonly place: StorePlace
  readonly racers: number
  readonly seeds: number
  /** Where holders make their marks: a directory. */
  readonly marks: string
  readonly sabotage: boolean
  readonly say: (text: string) => void
}

export const LEASE_MS = 1_500
const ROUND_MS = 120_000

interface Racer {
  readonly program: Program
  heard: (line: Line) => void
}

/** Processes that race for a few seeds, round after round, and the one who freezes them. */
export class Race implements AsyncDisposable {
  private readonly options: RaceOptions
  private readonly racers: Racer[] = []
  private written = 0

  constructor(options: RaceOptions) {
    this.options = options
  }

  async start(): Promise<void> {
    const { store, place, marks, sabotage } = this.options
    const content = [Buffer.from('the first')]
    for (let n = 0; n < this.options.seeds; n += 1)
      await store.seeds.insert({ owner: OWNER, name: `seed ${n}`, agent: 'drill', pool: POOL, content })
    const pollMs = place.kind === 'sqlite' ? 250 : 700
    const errand = { place, marks, leaseMs: LEASE_MS, pollMs, timeoutMs: ROUND_MS, sabotage }
    const ready = Array.from({ length: this.options.racers }, (_, n) =>
      this.launch({ ...errand, name: `racer ${n}` }),
    )
    await Promise.all(ready)
  }

  /** Each claims once and writes once. @param fates of the racers, in their order */
  async round(number: number, fates: readonly Fate[]): Promise<Losses> {
    const losses = { lost: 0, repeated: 0, orphans: 0 }
    const outcomes = await Promise.all(
      this.racers.map((racer, n) => this.follow(racer, number, fates[n] ?? 'runs')),
    )
    for (const bad of outcomes.flat()) {
      this.options.say(`LOSS  round ${number}: ${bad.text}`)
      losses[bad.kind] += 1
    }
    const left = await this.options.store.leases.list({ owner: OWNER })
    for (const { holder } of left) this.options.say(`LOSS  round ${number}: ${holder} is still there`)
    losses.orphans += left.length
    const seeds = await this.options.store.seeds.list({ owner: OWNER })
    const stored = seeds.reduce((sum, { revision }) => sum + revision - 1, 0)
    if (stored === this.written) return losses
    this.options.say(`LOSS  round ${number}: ${this.written} writes were acknowledged, ${stored} are there`)
    losses.lost += Math.abs(stored - this.written)
    this.written = stored
    return losses
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.racers.map(({ program }) => program.kill()))
  }

  private async launch(errand: RacerErrand): Promise<void> {
    let heard = (_: Line): void => undefined
    const ready = new Promise<void>((resolve, reject) => {
      heard = (line) =>
        line['ready'] === true ? resolve() : reject(new Error('expected a racer that is ready'))
      const program = startProgram(RACER, errand, (line) => racer.heard(line))
      const racer: Racer = { program, heard }
      this.racers.push(racer)
      void program.ended.then(() => reject(new Error(`${errand.name} has ended`)))
    })
    await ready
  }

  private async follow(racer: Racer, round: number, fate: Fate): Promise<readonly Bad[]> {
    const bad: Bad[] = []
    let holding: Promise<void> | undefined
    const left = new Promise<void>((resolve, reject) => {
      void racer.program.ended.then(() => reject(new Error('a racer has ended by itself')))
      racer.heard = (line) => {
        if ('starved' in line) bad.push({ kind: 'lost', text: `starved: ${String(line['starved'])}` })
        if (line['isAlone'] === false)
          bad.push({ kind: 'repeated', text: `a second holder of ${String(line['leased'])}` })
        if ('wrote' in line) this.written += 1
        const isLate = fate === 'replaced'
        if ('wrote' in line && isLate)
          bad.push({ kind: 'repeated', text: `a write of one who had lost ${String(line['wrote'])}` })
        if ('refused' in line && !(isLate && line['refused'] === 'lease-lost'))
          bad.push({ kind: 'lost', text: `a holder was refused: ${String(line['refused'])}` })
        if (line['left'] === false)
          bad.push({ kind: 'lost', text: 'a holder was not the holder when it left' })
        if ('starved' in line || 'left' in line) resolve()
        if ('leased' in line)
          holding = this.hold(racer, fate, {
            seedId: String(line['leased']),
            fence: Number(line['fence']),
            left,
          })
        holding?.catch(reject)
      }
      racer.program.tell({ claim: round })
    })
    await left
    await holding
    return bad
  }

  private async hold({ program }: Racer, fate: Fate, claim: Claim): Promise<void> {
    if (fate === 'runs') {
      program.tell({ work: true })
      return
    }
    program.child.kill('SIGSTOP')
    let mine: Lease | undefined
    // In one half whoever has looked still holds it when the stopped one goes on, in the other it is free or another's.
    const isHeld = this.options.sabotage || claim.fence % 2 === 0
    try {
      if (fate === 'frozen') await this.untilQuarantined(claim)
      else mine = await this.replace(claim)
      if (mine && !isHeld) await this.options.store.leases.release(mine)
    } finally {
      program.tell({ work: true })
      program.child.kill('SIGCONT')
    }
    await claim.left
    if (mine && isHeld) await this.options.store.leases.release(mine)
  }

  private async untilQuarantined({ seedId, fence }: Claim): Promise<void> {
    for (;;) {
      const expired = await this.options.store.leases.list({ owner: OWNER, state: 'quarantined' })
      if (expired.some((lease) => lease.seedId === seedId && lease.fence === fence)) return
      await delay(100)
    }
  }

  /** As whoever has looked at the worker does. A renewal that had left before the stop may still arrive. */
  private async replace(claim: Claim): Promise<Lease> {
    const { store, marks } = this.options
    const { seedId, fence } = claim
    const lease = { owner: OWNER, seedId, fence, holder: 'reconciler', worker: 'here', leaseMs: 60_000 }
    for (;;) {
      await this.untilQuarantined(claim)
      try {
        const mine = await store.leases.takeOver(lease)
        await rm(path.join(marks, seedId), { force: true })
        return mine
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== 'leased') throw error
      }
    }
  }
}

interface Claim {
  readonly seedId: string
  readonly fence: number
  /** When its holder is done with it. */
  readonly left: Promise<void>
}

interface Bad {
  readonly kind: keyof Pick<Losses, 'lost' | 'repeated'>
  readonly text: string
}
