import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { openLocalHost } from '@x/host'
import { serve, type Service } from '../stream/worker.ts'
import { readEvents } from './read-events.ts'

export interface ReadingService extends Service {
  readonly opening: null
  readonly command: { readonly file: string; readonly lines: number; readonly by: 'us' | 'readline' }
  readonly answer: {
    readonly tookMs: number
    /** Memory that is in use after a collection, at a tenth of the lines and at the end, in MiB; of ours only. */
    readonly earlyMiB: number
    readonly lateMiB: number
  }
}

const MEBIBYTE = 2 ** 20

serve<ReadingService>(async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const host = await openLocalHost()
  return {
    opened: undefined,
    async run({ file, lines, by }) {
      const memory: number[] = []
      const look = (): void => {
        collect()
        memory.push(process.memoryUsage().rss / MEBIBYTE)
      }
      // Only where the clock does not matter.
      const isLong = lines >= 1_000_000
      const counter = new Counter(isLong ? lines / 10 : Infinity, look)
      const startedAt = performance.now()
      if (by === 'us') await readEvents(host, file, (event) => counter.count(event.type), { lines })
      else for await (const line of createInterface({ input: createReadStream(file) })) counter.count(line)
      const tookMs = performance.now() - startedAt
      if (counter.counted !== lines) throw new Error(`${counter.counted} of ${lines} lines were read`)
      return { tookMs, earlyMiB: memory[0] ?? NaN, lateMiB: memory.at(-1) ?? NaN }
    },
    close: () => host.close(),
  }
})

/** What both sides do with a line. */
class Counter {
  counted = 0
  /** So that nothing of it is thought away. */
  last = ''
  readonly #every: number
  readonly #onPart: () => void

  constructor(every: number, onPart: () => void) {
    this.#every = every
    this.#onPart = onPart
  }

  count(what: string): void {
    this.counted += 1
    this.last = what
    if (this.counted % this.#every === 0) this.#onPart()
  }
}
