import type { Duplex } from 'node:stream'

/** Bytes and the end of each direction pass over by themselves; with either stream's close the other one is destroyed. */
export function joinStreams(one: Duplex, other: Duplex): void {
  pass(one, other)
  pass(other, one)
  one.pipe(other)
  other.pipe(one)
}

function pass(from: Duplex, to: Duplex): void {
  // `close` tells everything, and an error without a listener would end the orchestrator.
  from.on('error', () => undefined)
  from.once('close', () => {
    // What it had still to say is on its way when both directions were ended in order.
    if (!from.readableEnded || !from.writableFinished) to.destroy()
  })
}
