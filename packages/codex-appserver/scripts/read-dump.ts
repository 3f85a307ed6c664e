import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Definitions, Schema } from './schema-types.ts'

/** Where the dumps lie, beside `SOURCE.json`. */
export const SCHEMA_DIRECTORY = fileURLToPath(new URL('../schema', import.meta.url))

/** The one file of the binary's output that we keep: it holds every definition of the others. */
export const DUMP_FILE = 'codex_app_server_protocol.schemas.json'

/** Where a dump came from. The newest version stands last. */
export interface DumpSource {
  readonly codex: string
  readonly command: string
  readonly file: string
  readonly bytes: number
  readonly sha256: string
}

export function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

export function readSources(): readonly DumpSource[] {
  const text = readFileSync(path.join(SCHEMA_DIRECTORY, 'SOURCE.json'), 'utf8')
  return (JSON.parse(text) as { dumps: DumpSource[] }).dumps
}

/**
 * Reads one committed dump and lays its two levels of definitions side by side.
 * @throws Error when the file is not the one that `SOURCE.json` describes.
 */
export function readDump(source: DumpSource): Definitions {
  const bytes = readFileSync(path.join(SCHEMA_DIRECTORY, source.file))
  if (sha256(bytes) !== source.sha256)
    throw new Error(`${source.file} is not the file that SOURCE.json describes`)
  return flattenDump(JSON.parse(bytes.toString('utf8')) as { definitions: Record<string, unknown> })
}

/** The dump nests newer types under `definitions.v2`; two names exist on both levels with the same shape. */
export function flattenDump(dump: { readonly definitions: Readonly<Record<string, unknown>> }): Definitions {
  const { v2 = {}, ...v1 } = dump.definitions
  const flat = { ...(v2 as Record<string, Schema>), ...(v1 as Record<string, Schema>) }
  return JSON.parse(JSON.stringify(flat).replaceAll('"#/definitions/v2/', '"#/definitions/')) as Definitions
}
