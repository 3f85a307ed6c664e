import { readdirSync, readFileSync } from 'node:fs'

export interface FoundProcess {
  readonly pid: number
  /** Clock ticks since boot: tells it from a later one with the same id. */
  readonly start: string
  /** 1 when nobody waits for it any more. */
  readonly parent: number
  readonly commandLine: string
}

/** Every process whose environment or command line names `text`, but ourselves. A zombie names nothing any more. */
export function processesThatName(text: string): readonly FoundProcess[] {
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name)
    if (!/^\d+$/.test(name) || pid === process.pid) return []
    const commandLine = readOf(pid, 'cmdline')
    const [start, parent] = [startOf(pid), Number(fieldsOf(pid)[1])]
    if (start === undefined || !`${commandLine}\0${readOf(pid, 'environ')}`.includes(text)) return []
    return [{ pid, start, parent, commandLine: commandLine.replaceAll('\0', ' ').trim() }]
  })
}

/** Whatever still names a directory of a run when it had `goneMs` to go, for a person to read. */
export async function leftBehind(directory: string, goneMs: number): Promise<readonly string[]> {
  const giveUpAt = performance.now() + goneMs
  for (;;) {
    const left = processesThatName(`${directory}/`)
    if (left.length === 0) return []
    if (performance.now() > giveUpAt)
      return left.map(({ pid, commandLine }) => `process ${pid}: ${commandLine.slice(0, 120)}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** When the process with this id started; `undefined` when it has ended, as a zombie has. */
export function startOf(pid: number): string | undefined {
  const fields = fieldsOf(pid)
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
}

/** Of `/proc/<pid>/stat`, from the state on; the name before it may hold anything. */
function fieldsOf(pid: number): readonly string[] {
  const stat = readOf(pid, 'stat')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/** Kills what is still the process that was found. */
export function killFound({ pid, start }: Pick<FoundProcess, 'pid' | 'start'>): void {
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
