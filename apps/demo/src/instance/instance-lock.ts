import { randomUUID } from 'node:crypto'
import { link, truncate } from 'node:fs/promises'
import path from 'node:path'
import { HostError, type DetachedProcess, type Host } from '@x/host'
import { CommandFault } from '../command-fault.ts'

const NAME = /^lock\.(\d{1,12})$/

/** The right to be the one that serves the page, or ends everything. Whoever takes it releases it. */
export interface InstanceLock extends AsyncDisposable {
  /** Idempotent. */
  release(): Promise<void>
}

/**
 * Takes the lock of a directory, or says which process has it. It dies with its owner: the lock is a file that names
 * a process by pid, start time and boot, and one whose process is gone counts for nothing.
 *
 * The newest of `lock.1`, `lock.2`, ... counts. Taking over means making the next one, which only one of any number
 * of racers can do; a file is removed only when a newer one is there. One that linked its file and then sees a newer
 * one had looked too long ago, and begins again.
 */
export async function takeInstanceLock(
  host: Host,
  directory: string,
): Promise<InstanceLock | DetachedProcess> {
  const self = await host.identify(process.pid)
  if (!self)
    throw new CommandFault('this process can’t be found in /proc', { remedy: 'Linux with /proc is needed.' })
  const draft = path.join(directory, `.lock-${randomUUID()}`)
  await host.files.write(draft, JSON.stringify(self), { mode: 0o600 })
  try {
    for (;;) {
      const newest = (await generations(host, directory)).at(-1) ?? 0
      const holder = newest === 0 ? undefined : await adopt(host, fileOf(directory, newest))
      if (holder && (await holder.isAlive())) return holder
      const mine = fileOf(directory, newest + 1)
      if (!(await linked(draft, mine))) continue
      const seen = await generations(host, directory)
      if (seen.at(-1) === newest + 1) {
        for (const older of seen.slice(0, -1)) await host.files.remove(fileOf(directory, older))
        return new HeldLock(mine)
      }
      await host.files.remove(mine)
    }
  } finally {
    await host.files.remove(draft)
  }
}

/** Who has the lock now. */
export async function findLockHolder(host: Host, directory: string): Promise<DetachedProcess | undefined> {
  const newest = (await generations(host, directory)).at(-1)
  const holder = newest === undefined ? undefined : await adopt(host, fileOf(directory, newest))
  return holder && (await holder.isAlive()) ? holder : undefined
}

class HeldLock implements InstanceLock {
  private readonly file: string

  constructor(file: string) {
    this.file = file
  }

  /**
   * Names nobody rather than going away: the newest file must stay, or an old look at the directory could win.
   * Takes no space, so that a full disk does not stand in the way. A lock that stays dies with its owner.
   */
  async release(): Promise<void> {
    await truncate(this.file).catch(() => undefined)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release()
  }
}

async function generations(host: Host, directory: string): Promise<readonly number[]> {
  const names = await host.files.list(directory)
  return names
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

/** A file that names nobody, or that has just gone, has no holder. */
async function adopt(host: Host, file: string): Promise<DetachedProcess | undefined> {
  try {
    return await host.adopt(file)
  } catch (error) {
    if (error instanceof HostError && (error.code === 'not-found' || error.code === 'io')) return undefined
    throw error
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function fileOf(directory: string, generation: number): string {
  return path.join(directory, `lock.${generation}`)
}
