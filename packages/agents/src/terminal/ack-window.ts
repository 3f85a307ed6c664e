/** How long what is on its way to a viewer may take it, beyond the way itself. */
const IN_FLIGHT_MS = 80
/** A viewer takes by fits and starts, since it draws in between: its pace is what it takes over some frames. */
const STEADY_MS = 50
const SMALLEST_BYTES = 8 * 1024
const LARGEST_BYTES = 2 * 1024 * 1024
const FIRST_BYTES = 64 * 1024
/** The length of the way is seen when little is on it: in a flood it is emptied for that now and then. */
const PROBE_EVERY_MS = 2_000
const PROBE_BYTES = 4 * 1024
/** What a program that must wait has written already, into the kernel and into what is read ahead: room is kept for it. */
export const WRITTEN_BYTES = 8 * 1024

interface Sent {
  /** Of all bytes sent, where these end. */
  readonly end: number
  readonly at: number
  /** What had been acknowledged then, and since when the viewer was busy with what follows. */
  readonly acknowledged: number
  readonly busySince: number
  /** Whether more waited behind it: otherwise the pace is ours, not the viewer's. */
  readonly more: boolean
  /** There was little on the way with it. */
  readonly isProbe: boolean
  /** The viewer had as much to take as it may have: what it takes then is its pace, whether or not more waits. */
  readonly isFull: boolean
}

/**
 * How much may be on its way to one viewer: what it takes in 80 ms at the pace of its acknowledgements, and as much
 * as fills the way; between 8 KiB and 2 MiB.
 */
export class AckWindow {
  private readonly now: () => number
  private readonly sent: Sent[] = []
  private sentBytes = 0
  private acknowledgedBytes = 0
  private acknowledgedAt = 0
  private bytesPerMs = FIRST_BYTES / IN_FLIGHT_MS
  private learnedAt = Number.NEGATIVE_INFINITY
  private wayMs = 0
  private probedAt = Number.NEGATIVE_INFINITY

  /** @param now a clock in milliseconds that only goes forward */
  constructor(now: () => number) {
    this.now = now
  }

  get size(): number {
    const bytes = this.bytesPerMs * (IN_FLIGHT_MS + this.wayMs)
    return Math.round(Math.min(LARGEST_BYTES, Math.max(SMALLEST_BYTES, bytes)))
  }

  get inFlight(): number {
    return this.sentBytes - this.acknowledgedBytes
  }

  get room(): number {
    const isDue = this.now() - this.probedAt > PROBE_EVERY_MS
    return (isDue ? PROBE_BYTES : this.size) - this.inFlight
  }

  send(bytes: number, options: { readonly more: boolean }): void {
    const at = this.now()
    const isAlone = this.inFlight === 0
    this.sentBytes += bytes
    this.sent.push({
      end: this.sentBytes,
      at,
      acknowledged: this.acknowledgedBytes,
      busySince: isAlone ? at : this.acknowledgedAt,
      isProbe: this.inFlight <= PROBE_BYTES,
      isFull: this.isFull(),
      ...options,
    })
  }

  /** What was never sent can't be acknowledged, and does not count. */
  acknowledge(bytes: number): void {
    const at = this.now()
    this.acknowledgedBytes = Math.min(this.sentBytes, this.acknowledgedBytes + bytes)
    this.acknowledgedAt = at
    for (let first = this.sent[0]; first && first.end <= this.acknowledgedBytes; first = this.sent[0]) {
      this.sent.shift()
      if (first.isProbe) this.learnWay(first, at)
      const pace = (this.acknowledgedBytes - first.acknowledged) / Math.max(1, at - first.busySince)
      // What was sent with room left went at our pace: the viewer's is that at least.
      if (first.isFull || (!first.more && pace > this.bytesPerMs)) this.learnPace(pace, at)
    }
  }

  /** A program that is held back stops short of the end of the window, and nothing waits behind what it wrote. */
  private isFull(): boolean {
    return this.size - this.inFlight <= Math.min(this.size / 2, WRITTEN_BYTES + PROBE_BYTES)
  }

  private learnWay({ end, at, acknowledged }: Sent, now: number): void {
    // A slow link takes its time to pass the probe itself, which is no length.
    this.wayMs = Math.max(0, now - at - (end - acknowledged) / this.bytesPerMs)
    this.probedAt = now
  }

  private learnPace(pace: number, now: number): void {
    const weight = 1 - Math.exp((this.learnedAt - now) / STEADY_MS)
    this.learnedAt = now
    this.bytesPerMs += (pace - this.bytesPerMs) * weight
  }
}
