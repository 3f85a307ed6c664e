import { readdirSync, readFileSync } from 'node:fs'

export interface FoundProcess {
  readonly pid: number
  /** Clock ticks since boot: tells it from a later one with the same id. */
  readonly start: string
  readonly commandLine: string
}

/** Every process whose environment or command line names `text`, but ourselves. A zombie names nothing any more. */
export function processesThatName(text: string): readonly FoundProcess[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name)
    if (!/^\d+$/.test(name) || pid === process.pid) return []
    const commandLine = readOf(pid, 'cmdline')
    const start = startOf(pid)
    if (start === undefined || !`${commandLine}\0${readOf(pid, 'environ')}`.includes(text)) return []
    return [{ pid, start, commandLine: commandLine.replaceAll('\0', ' ').trim() }]
  })
}

/** When the process with this id started; `undefined` when it has ended, as a zombie has. */
export function startOf(pid: number): string | undefined {
  const stat = readOf(pid, 'stat')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return stat === '' || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
}

/** Kills what is still the process that was found. */
export function killFound({ pid, start }: FoundProcess): void {
  if (startOf(pid) !== start) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}

function readOf(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return ''
  }
}
