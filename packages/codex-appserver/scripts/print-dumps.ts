import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { DUMP_FILE, DUMPS, SCHEMA_DIRECTORY, type Api } from './read-dump.ts'

/** What a binary says of itself: its version and both dumps, byte for byte. */
export interface PrintedDumps {
  readonly codex: string
  readonly dumps: Readonly<Record<Api, Buffer>>
}

/**
 * Asks a native Codex binary for its protocol.
 * @throws Error when it cannot be run, or does not say its version.
 */
export function printDumps(binary: string): PrintedDumps {
  // The binary wants a home even to print its schema; it must not be the person's own.
  const scratch = mkdtempSync(path.join(SCHEMA_DIRECTORY, '.refresh-'))
  const env = { PATH: '/usr/bin:/bin', HOME: scratch, CODEX_HOME: scratch }
  // What it says beside its answer comes with the error when it fails, and is nobody's business when it does not.
  const run = (...args: readonly string[]): string =>
    execFileSync(binary, args, { encoding: 'utf8', env, stdio: 'pipe' })
  const print = (api: Api): Buffer => {
    const out = path.join(scratch, api)
    run('app-server', 'generate-json-schema', ...DUMPS[api].flags, '--out', out)
    return readFileSync(path.join(out, DUMP_FILE))
  }
  try {
    const printed = run('--version')
    const codex = /(\d+\.\d+\.\d+\S*)\s*$/.exec(printed.trim())?.[1]
    if (!codex) throw new Error(`cannot read a version out of ${JSON.stringify(printed)}`)
    return { codex, dumps: { stable: print('stable'), experimental: print('experimental') } }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
