import { pathToFileURL } from 'node:url'
import { DEMO } from './repository.mjs'

/** A terminal's Ctrl-C reaches every process of the group, and `npm` passes it on as well: one press, two signals. */
const SAME_PRESS_MS = 300

/**
 * Becomes the demo: runs it in this process, so that a signal, an exit code or a kill means the demo and nothing is
 * left in between that has to pass them on.
 */
export async function becomeDemo(args) {
  mergeRepeatedSignals()
  process.argv = [process.execPath, DEMO, ...args]
  await import(pathToFileURL(DEMO).href)
}

function mergeRepeatedSignals() {
  const emit = process.emit.bind(process)
  const last = new Map()
  process.emit = (event, ...rest) => {
    if (event !== 'SIGINT' && event !== 'SIGTERM') return emit(event, ...rest)
    const now = performance.now()
    const repeated = now - (last.get(event) ?? -Infinity) < SAME_PRESS_MS
    last.set(event, now)
    return repeated ? true : emit(event, ...rest)
  }
}
