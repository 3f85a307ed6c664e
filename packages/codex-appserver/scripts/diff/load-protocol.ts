import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { printDumps } from '../print-dumps.ts'
import { DUMP_FILE, DUMPS, parseDump, SCHEMA_DIRECTORY } from '../read-dump.ts'
import type { Definitions } from '../schema-types.ts'

/** One side of a comparison. */
export interface Protocol {
  readonly name: string
  readonly stable: Definitions
  /** Absent where only one dump is at hand; then nothing can be said about stability. */
  readonly experimental?: Definitions
}

/**
 * Finds a protocol: a version that is committed, a directory with one or both dumps, or a native Codex binary.
 * @throws Error when `where` is none of them.
 */
export function loadProtocol(where: string, cwd: string): Protocol {
  const committed = path.join(SCHEMA_DIRECTORY, where)
  // A version is a name, never a path that happens to lead somewhere from the committed ones.
  if (/^\d[\w.-]*$/.test(where) && existsSync(committed)) return fromDirectory(where, committed)
  const given = path.resolve(cwd, where)
  if (!existsSync(given)) throw new Error(`${where}: no committed version, directory or binary`)
  if (statSync(given).isDirectory()) return fromDirectory(where, given)
  const { codex, dumps } = printDumps(given)
  return {
    name: codex,
    stable: parseDump(dumps.stable.toString('utf8')),
    experimental: parseDump(dumps.experimental.toString('utf8')),
  }
}

function fromDirectory(name: string, directory: string): Protocol {
  const read = (file: string): Definitions | undefined => {
    const full = path.join(directory, file)
    return existsSync(full) ? parseDump(readFileSync(full, 'utf8')) : undefined
  }
  const stable = read(DUMP_FILE)
  const experimental = read(DUMPS.experimental.file)
  if (!stable) throw new Error(`${name}: no ${DUMP_FILE} in it`)
  return { name, stable, ...(experimental ? { experimental } : {}) }
}
