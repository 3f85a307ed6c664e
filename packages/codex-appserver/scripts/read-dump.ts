import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Definitions, Schema } from './schema-types.ts'

/** Where the dumps lie, beside `SOURCE.json`. */
export const SCHEMA_DIRECTORY = fileURLToPath(new URL('../schema', import.meta.url))

/** The one file of the binary's output that we keep: it holds every definition of the others. */
export const DUMP_FILE = 'codex_app_server_protocol.schemas.json'

/** What a dump tells of: what every client may use, or also what needs `capabilities.experimentalApi`. */
export type Api = 'stable' | 'experimental'

/** How each dump is asked for, and under which name it lies in the directory of its version. */
export const DUMPS: Readonly<
  Record<Api, { readonly file: string; readonly flags: readonly string[]; readonly command: string }>
> = {
  stable: { file: DUMP_FILE, flags: [], command: 'codex app-server generate-json-schema --out DIR' },
  experimental: {
    file: 'codex_app_server_protocol.experimental.schemas.json',
    flags: ['--experimental'],
    command: 'codex app-server generate-json-schema --experimental --out DIR',
  },
}

/** Where a dump came from. The newest version stands last, its experimental dump after its stable one. */
export interface DumpSource {
  readonly codex: string
  readonly api: Api
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
  if (bytes.length !== source.bytes || sha256(bytes) !== source.sha256)
    throw new Error(`${source.file} is not the file that SOURCE.json describes`)
  return parseDump(bytes.toString('utf8'))
}

/** @throws Error for text that is no dump. */
export function parseDump(text: string): Definitions {
  const dump = JSON.parse(text) as { readonly definitions?: Readonly<Record<string, unknown>> }
  if (!dump.definitions) throw new Error('a dump without definitions')
  return flattenDump({ definitions: dump.definitions })
}

/** The dump nests newer types under `definitions.v2`; two names exist on both levels with the same shape. */
export function flattenDump(dump: { readonly definitions: Readonly<Record<string, unknown>> }): Definitions {
  const { v2 = {}, ...v1 } = dump.definitions
  const flat = { ...(v2 as Record<string, Schema>), ...(v1 as Record<string, Schema>) }
  return JSON.parse(JSON.stringify(flat).replaceAll('"#/definitions/v2/', '"#/definitions/')) as Definitions
}
