import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import type { Host } from '@x/host'
import { endSsh } from '../raw/raw-ssh.ts'

export type OnLine = (line: string) => void

/** Somebody who follows a file from its start. Closing it ends that. */
export interface Follower {
  close(): Promise<void>
}

/** Begins to follow a file. */
export type Follow = (file: string, onLine: OnLine) => Follower

/** Our way: each line is an event of its own. */
export function followByHost(host: Host): Follow {
  return (file, onLine) =>
    followUntilClosed(async (signal) => {
      for await (const { line } of host.tail(file, { signal })) onLine(line)
    })
}

/** Somebody who follows until the signal tells to stop, and then fails with its reason. */
export function followUntilClosed(follow: (signal: AbortSignal) => Promise<void>): Follower {
  const over = new AbortController()
  const followed = follow(over.signal)
  return {
    async close() {
      over.abort()
      await followed.catch((error: unknown) => {
        if (!over.signal.aborted || error !== over.signal.reason) throw error
      })
    },
  }
}

/** By hand: a program that prints what comes, and its output cut into lines. */
export function followByProgram(start: (file: string) => ChildProcessWithoutNullStreams): Follow {
  return (file, onLine) => {
    const child = start(file)
    let rest = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) onLine(line)
    })
    return { close: () => endSsh(child) }
  }
}

export function spawnTail(file: string): ChildProcessWithoutNullStreams {
  return spawn('tail', ['-n', '+1', '-F', file])
}
