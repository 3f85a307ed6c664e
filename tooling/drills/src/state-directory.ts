import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'

/**
 * A fresh directory 0700 for one drill, with a short name because sockets lie in it, and never under `/tmp`, where
 * Codex does not keep its home. The caller removes it.
 */
export async function makeStateDirectory(): Promise<string> {
  const root = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'x')
  await mkdir(root, { recursive: true, mode: 0o700 })
  return mkdtemp(path.join(root, 'd-'))
}

export async function removeStateDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 5 })
}
