import { lstat } from 'node:fs/promises'
import type { FileStat } from '../host-files.ts'
import { DirectoryWatch } from './directory-watch.ts'
import { fileStat } from './file-stat.ts'

/** As `HostFiles.watch`. */
export async function* watchFile(
  file: string,
  signal: AbortSignal,
): AsyncGenerator<FileStat | undefined, void> {
  using watch = new DirectoryWatch(file)
  let told: string | undefined
  for (;;) {
    await watch.wait(signal)
    signal.throwIfAborted()
    const isNamed = watch.takeNamed()
    const found = await look(file)
    if (!isNamed && found.facts === told) continue
    told = found.facts
    yield found.stat
    signal.throwIfAborted()
  }
}

async function look(file: string): Promise<{ readonly stat: FileStat | undefined; readonly facts: string }> {
  try {
    const stats = await lstat(file)
    const { dev, ino, mode, size, mtimeMs, ctimeMs } = stats
    return { stat: fileStat(stats), facts: [dev, ino, mode, size, mtimeMs, ctimeMs].join() }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return { stat: undefined, facts: 'none' }
    throw error
  }
}
