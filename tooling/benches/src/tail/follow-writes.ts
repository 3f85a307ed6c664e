import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { openSshd } from '@x/fixtures'
import { spawnSsh } from '../raw/raw-ssh.ts'
import { percentile } from '../statistics.ts'
import { Worker } from '../stream/worker.ts'
import { nowMicros } from './clock.ts'
import { followByProgram, spawnTail, type Follow } from './follower.ts'
import type { Writing, WriterService } from './writer-process.ts'

/** Lines that come one by one. */
export const PACED = { lines: 200, together: 1, everyMs: 20 }
/** What the file holds before the clock runs: who has told it follows. */
const FIRST = 'first'

/** Where files are written, and by whom: a process of its own. */
export interface FollowPlace {
  readonly writer: Worker<WriterService>
  readonly directory: string
}

/** A place on a worker that is this machine: its account reads what is written here. The caller closes the writer. */
export async function openFollowPlace({ directory: root }: Sshd): Promise<FollowPlace> {
  const directory = path.join(root, 'followed')
  await mkdir(directory)
  await chmod(directory, 0o755)
  return { directory, writer: await Worker.open<WriterService>('../tail/writer-process.ts', null) }
}

/** `tail -F`, here and at the end of an SSH connection. */
export function peersOf(sshd: Sshd): { readonly local: Follow; readonly ssh: Follow } {
  const overSsh = (file: string) => spawnSsh(sshd, { command: `exec tail -n +1 -F '${file}'` })
  return { local: followByProgram(spawnTail), ssh: followByProgram(overSsh) }
}

type Sshd = Awaited<ReturnType<typeof openSshd>>

export interface Followed {
  /** Of each line, from before its write until it was told, in milliseconds. */
  readonly ages: readonly number[]
  /** From before the first write until the last line was told. */
  readonly tookMs: number
}

/** What so many of a hundred lines do not pass, in each round of both sides. */
export function agesAt(percent: number, a: readonly Followed[], b: readonly Followed[]) {
  const of = (rounds: readonly Followed[]) => rounds.map(({ ages }) => percentile(ages, percent))
  return { a: of(a), b: of(b) }
}

/** One round: follows a new file, and has it written when it is followed. */
export async function followWrites(
  { writer, directory }: FollowPlace,
  follow: Follow,
  writing: Omit<Writing, 'file'>,
): Promise<Followed> {
  const file = path.join(directory, 'log')
  await writeFile(file, `${FIRST}\n`, { mode: 0o644 })
  const ages: number[] = []
  let lastAt = 0
  let begin = (): void => undefined
  let end = (): void => undefined
  const begun = new Promise<void>((resolve) => (begin = resolve))
  const ended = new Promise<void>((resolve) => (end = resolve))
  const follower = follow(file, (line) => {
    if (line === FIRST) {
      begin()
      return
    }
    lastAt = nowMicros()
    ages.push((lastAt - Number(line.slice(0, line.indexOf(' ')))) / 1_000)
    if (ages.length === writing.lines) end()
  })
  await begun
  const beganAt = await writer.ask({ file, ...writing })
  await ended
  await follower.close()
  await rm(file)
  return { ages, tookMs: (lastAt - beganAt) / 1_000 }
}
