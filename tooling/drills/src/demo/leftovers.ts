import { readdir, readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { killFound, processesThatName } from '../processes.ts'

/** An ended process is listed until somebody has reaped it, which may take a moment. */
const PATIENCE_MS = 3_000
const LOOK_MS = 100

/**
 * What is left of an instance after its `stop`: processes that name its directory, sockets in it, listeners on its
 * ports. One sentence each; the processes are killed.
 */
export async function findLeftovers(stateDir: string, ports: readonly number[]): Promise<readonly string[]> {
  const giveUpAt = performance.now() + PATIENCE_MS
  while (processesThatName(stateDir).length > 0 && performance.now() < giveUpAt) await delay(LOOK_MS)
  const processes = processesThatName(stateDir)
  const found = processes.map(
    ({ pid, parent, commandLine }) => `process ${pid} of ${parent}: ${brief(commandLine)}`,
  )
  for (const one of processes) killFound(one)
  const sockets = await readdir(path.join(stateDir, 's')).catch(() => [])
  found.push(...sockets.map((name) => `socket ${name}`))
  const unix = await readFile('/proc/net/unix', 'utf8')
  const listeners = unix.split('\n').filter((line) => line.includes(stateDir))
  found.push(...listeners.map((line) => `unix listener ${line.split(' ').at(-1) ?? ''}`))
  for (const port of ports) if (await listens(port)) found.push(`listener on port ${port}`)
  return found
}

/** The program, and what it was told last: a sandbox's own options fill pages. */
function brief(commandLine: string): string {
  return commandLine.length > 300 ? `${commandLine.slice(0, 80)} ... ${commandLine.slice(-200)}` : commandLine
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
