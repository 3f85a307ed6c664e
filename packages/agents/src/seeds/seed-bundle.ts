import { createHash } from 'node:crypto'
import type { SeedFiles } from './manifest.ts'

/** Told apart from what another format will be called. */
export const BUNDLE_FORMAT = 'x seed 1'

/** What lies in a seed: whose login it is, and its files. */
export interface SeedBundle {
  readonly agent: string
  readonly manifestVersion: number
  readonly files: SeedFiles
}

/** One line of JSON that says what follows, then the bytes of the files. */
export function renderBundle({ agent, manifestVersion, files }: SeedBundle): Buffer {
  const entries = [...files].sort(([one], [other]) => (one < other ? -1 : 1))
  const header = {
    format: BUNDLE_FORMAT,
    agent,
    manifestVersion,
    files: entries.map(([path, bytes]) => ({ path, bytes: bytes.length, sha256: digestOf(bytes) })),
  }
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...entries.map(([, bytes]) => bytes)])
}

export function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
