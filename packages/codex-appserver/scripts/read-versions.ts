import { MANUAL_DEFINITIONS } from './manual-schemas.ts'
import { markExperimental } from './mark-experimental.ts'
import { extendDefinitions, mergeDefinitions } from './merge-definitions.ts'
import { readDump, readSources, type DumpSource } from './read-dump.ts'
import type { Definitions } from './schema-types.ts'

/** Both dumps of one Codex. */
export interface VersionDumps {
  readonly codex: string
  readonly stable: Definitions
  readonly experimental: Definitions
}

/** Every committed version, the floor first. */
export function readVersions(sources: readonly DumpSource[] = readSources()): readonly VersionDumps[] {
  const names = [...new Set(sources.map(({ codex }) => codex))]
  return names.map((codex) => {
    const read = (api: string): Definitions => {
      const source = sources.find((each) => each.codex === codex && each.api === api)
      if (!source) throw new Error(`no ${api} dump of ${codex} in SOURCE.json`)
      return readDump(source)
    }
    return { codex, stable: read('stable'), experimental: read('experimental') }
  })
}

/** What any version may send or take, as one set of definitions; what only experimental dumps have is marked. */
export function mergeVersions(versions: readonly VersionDumps[]): Definitions {
  const merged = versions
    .map(({ stable, experimental }) => markExperimental(stable, experimental))
    .reduce((older, newer) => mergeDefinitions(older, newer))
  return extendDefinitions(merged, MANUAL_DEFINITIONS)
}
