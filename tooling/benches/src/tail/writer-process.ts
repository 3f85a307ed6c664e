import { closeSync, openSync, writeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { serve, type Service } from '../stream/worker.ts'
import { nowMicros } from './clock.ts'

export interface WriterService extends Service {
  readonly opening: null
  readonly opened: null
  readonly command: Writing
  /** When it began. */
  readonly answer: number
}

export interface Writing {
  readonly file: string
  /** How many are appended, one or many in one write. */
  readonly lines: number
  readonly together: number
  /** Between two writes, in milliseconds; 0 for none. */
  readonly everyMs: number
}

/** What a line has besides the time when it was written. */
const FILLER = 'a line of a log that is as long as most of them are, and says nothing'

// Appends lines that begin with the time of their write.
serve<WriterService>(() =>
  Promise.resolve({
    opened: null,
    async run({ file, lines, together, everyMs }: Writing) {
      const begun = nowMicros()
      const descriptor = openSync(file, 'a')
      for (let line = 0; line < lines; line += together) {
        writeSync(descriptor, `${nowMicros()} ${FILLER}\n`.repeat(Math.min(together, lines - line)))
        if (everyMs > 0) await delay(everyMs)
      }
      closeSync(descriptor)
      return begun
    },
    close: () => Promise.resolve(),
  }),
)
