import { readdirSync, readFileSync } from 'node:fs'

/**
 * Everything that runs below `root` now, as `{ pid, start }`; the start time tells a process from a later one with the
 * same id. Empty where there is no /proc.
 */
export function descendantsOf(root) {
  const entries = readProcesses()
  const below = (parent) =>
    entries.filter((entry) => entry.parent === parent).flatMap((entry) => [entry, ...below(entry.pid)])
  return below(root).map(({ pid, start }) => ({ pid, start }))
}

/** When the process with this id started, in clock ticks since boot; undefined when it ended or /proc is missing. */
export function startOf(pid) {
  return readProcess(pid)?.start
}

/** Kills what of `entries` is still the process that it was. */
export function killRemaining(entries) {
  for (const { pid, start } of entries) {
    if (startOf(pid) !== start) continue
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself.
    }
  }
}

function readProcesses() {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readProcess(Number(name)))
      .filter((entry) => entry !== undefined)
  } catch {
    return []
  }
}

function readProcess(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { pid, parent: Number(fields[1]), start: fields[19] }
  } catch {
    return undefined
  }
}
