import { mustSucceed, type Host } from '@x/host'
import { parseRollout, type RolloutEntry } from './parse-rollout.ts'

/** Most of what is read at a time. */
const MAX_BYTES = 64 * 1024 * 1024

/** Follows a rollout from where it was read to: each look costs what was added since. */
export class RolloutFollower {
  private readonly host: Host
  private readonly path: string
  private offset: number

  /** `offset`: bytes that are known, up to the end of a line. */
  constructor(host: Host, path: string, offset: number) {
    this.host = host
    this.path = path
    this.offset = offset
  }

  /** What whole lines were added. Calls must come one after the other. */
  async read(): Promise<readonly RolloutEntry[]> {
    const stat = await this.host.files.stat(this.path)
    if (!stat || stat.size <= this.offset) return []
    // What is in so much text at once is shown when the thread is taken up anew.
    if (stat.size - this.offset > MAX_BYTES) this.offset = stat.size
    const { stdout } = mustSucceed(
      await this.host.exec(['tail', '-c', `+${String(this.offset + 1)}`, '--', this.path], {
        cwd: '/',
        maxBytes: MAX_BYTES,
        timeoutMs: 10_000,
      }),
    )
    const end = stdout.lastIndexOf('\n') + 1
    const whole = stdout.slice(0, end)
    this.offset += Buffer.byteLength(whole)
    return parseRollout(whole)
  }
}
