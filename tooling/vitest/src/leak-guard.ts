import { readdir, readFile, readlink } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'vitest'

/** What may be told to the guard. */
export interface LeakOptions {
  /**
   * A directory that belongs to the test: a process anywhere on the machine that works in it or was started with it
   * on its command line is a leak as well. Finds what was detached on purpose and so is no descendant any more.
   */
  readonly within?: string
  /** How long what is ending may take to end, in milliseconds. @default 20_000 */
  readonly graceMs?: number
}

/**
 * Fails the test when it leaves something running: a child of this process (or a child's child), a socket on which
 * this process listens, or a process within `within`. Call it at the end of a suite, after everything was closed.
 * Zombies do not count: they have ended and only wait for their parent.
 */
export async function expectNoLeaks(options: LeakOptions = {}): Promise<void> {
  const { graceMs = 20_000, within } = options
  const deadline = performance.now() + graceMs
  let leaks = await findLeaks(within)
  while (leaks.length > 0 && performance.now() < deadline) {
    // The kernel tells nobody when an entry leaves /proc, so this one look is repeated.
    await wait(20)
    leaks = await findLeaks(within)
  }
  expect(leaks, 'the test left something running').toEqual([])
}

/** One line per leak; empty when nothing is left. */
export async function findLeaks(within?: string): Promise<string[]> {
  const processes = await readProcesses()
  const own = descendantsOf(process.pid, processes)
  const leaks = own.map((child) => `process ${child.pid}: ${child.command}`)
  if (within !== undefined) {
    for (const other of processes) {
      if (other.pid === process.pid || own.includes(other)) continue
      if (await livesIn(within, other)) leaks.push(`process ${other.pid} in ${within}: ${other.command}`)
    }
  }
  return [...leaks, ...(await listeningSockets())]
}

interface ProcessEntry {
  readonly pid: number
  readonly parent: number
  readonly command: string
}

async function readProcesses(): Promise<ProcessEntry[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const entries = await Promise.all(names.map((name) => readProcess(Number(name))))
  return entries.filter((entry) => entry !== undefined)
}

async function readProcess(pid: number): Promise<ProcessEntry | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The second field is the name in brackets and may itself hold brackets and spaces.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (state === 'Z' || state === 'X') return undefined
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ').trim()
    return { pid, parent: Number(parent), command }
  } catch {
    return undefined // it ended while we looked
  }
}

function descendantsOf(root: number, processes: readonly ProcessEntry[]): ProcessEntry[] {
  const children = processes.filter((entry) => entry.parent === root)
  return children.flatMap((child) => [child, ...descendantsOf(child.pid, processes)])
}

async function livesIn(directory: string, entry: ProcessEntry): Promise<boolean> {
  if (entry.command.includes(directory)) return true
  try {
    const cwd = await readlink(`/proc/${entry.pid}/cwd`)
    return cwd === directory || cwd.startsWith(`${directory}/`)
  } catch {
    return false // it ended, or it belongs to another user
  }
}

async function listeningSockets(): Promise<string[]> {
  const open = await openSocketInodes()
  const tables = await Promise.all(['tcp', 'tcp6', 'unix'].map(listeners))
  return tables
    .flat()
    .filter(({ inode }) => open.has(inode))
    .map(({ label }) => `listening socket ${label}`)
}

async function openSocketInodes(): Promise<Set<string>> {
  const inodes = new Set<string>()
  for (const descriptor of await readdir('/proc/self/fd')) {
    const target = await readlink(`/proc/self/fd/${descriptor}`).catch(() => '')
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
    if (inode !== undefined) inodes.add(inode)
  }
  return inodes
}

/** Rows of a kernel table that listen: state 0A for TCP, the accept flag (0x10000) for unix sockets. */
async function listeners(
  table: 'tcp' | 'tcp6' | 'unix' | (string & {}),
): Promise<{ inode: string; label: string }[]> {
  const text = await readFile(`/proc/net/${table}`, 'utf8').catch(() => '')
  const rows = text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
  if (table === 'unix') {
    return rows
      .filter((row) => row[3] !== undefined && (Number.parseInt(row[3], 16) & 0x1_0000) !== 0)
      .map((row) => ({ inode: row[6] ?? '', label: row[7] ?? 'unix' }))
  }
  return rows
    .filter((row) => row[3] === '0A')
    .map((row) => ({
      inode: row[9] ?? '',
      label: `port ${Number.parseInt(row[1]?.split(':').at(-1) ?? '', 16)}`,
    }))
}
