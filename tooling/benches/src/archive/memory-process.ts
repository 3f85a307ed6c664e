import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { archive, openLocalHost, restore, type Host } from '@x/host'
import { openSshHost, type SshHostOptions } from '@x/host/ssh'
import { serve, type Service } from '../stream/worker.ts'

/** This machine unless there is a target. */
export interface MemoryOpening {
  readonly target?: string
  readonly options?: SshHostOptions
}

export interface MemoryService extends Service {
  readonly opening: MemoryOpening
  readonly command: { readonly tree: string; readonly file: string; readonly restored: string }
  /** MiB of resident memory with an open host, and the most while it archived and restored. */
  readonly answer: { readonly idle: number; readonly most: number }
}

const MEBIBYTE = 2 ** 20

// An orchestrator with one host and nothing else to do, so that what it grows by is ours.
serve<MemoryService>(async ({ target, options = {} }) => {
  const host = target === undefined ? await openLocalHost() : await openSshHost(target, options)
  return {
    opened: undefined,
    run: (command) => watch(host, command),
    close: () => host.close(),
  }
})

async function watch(
  host: Host,
  { tree, file, restored }: MemoryService['command'],
): Promise<MemoryService['answer']> {
  const idle = process.memoryUsage.rss()
  let most = idle
  const look = (): void => void (most = Math.max(most, process.memoryUsage.rss()))
  const timer = setInterval(look, 5)
  {
    await using kept = await open(file, 'w')
    const { stream } = await archive(host, tree)
    for await (const chunk of stream) await kept.write(chunk)
  }
  await restore(host, createReadStream(file), restored)
  look()
  clearInterval(timer)
  return { idle: idle / MEBIBYTE, most: most / MEBIBYTE }
}
