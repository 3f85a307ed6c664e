import { rowsOf } from './method-tables.ts'
import type { Api } from './read-dump.ts'
import type { VersionDumps } from './read-versions.ts'
import { METHOD_UNIONS, type Definitions } from './schema-types.ts'

/** What the dumps say about one method: in which version it is, and whether every client may use it there. */
export type MethodFacts = Readonly<Record<string, Api>>

/** Facts by method, over all four directions. Methods declared by hand are experimental where their params exist. */
export function methodFacts(
  versions: readonly VersionDumps[],
  manual: Definitions = {},
): ReadonlyMap<string, MethodFacts> {
  const manualMethods = METHOD_UNIONS.flatMap((union) => rowsOf(manual, union))
  const facts = new Map<string, Record<string, Api>>()
  const note = (methods: readonly string[], codex: string, api: Api): void => {
    for (const method of methods) {
      const known = facts.get(method) ?? {}
      facts.set(method, { ...known, [codex]: known[codex] ?? api })
    }
  }
  for (const { codex, stable, experimental } of versions) {
    note(methodNames(stable), codex, 'stable')
    note(methodNames(experimental), codex, 'experimental')
    note(
      manualMethods.flatMap(({ method, params }) => (experimental[params] ? [method] : [])),
      codex,
      'experimental',
    )
  }
  return facts
}

/** Every method that the four unions of `definitions` name. */
export function methodNames(definitions: Definitions): readonly string[] {
  return METHOD_UNIONS.flatMap((union) => rowsOf(definitions, union).map(({ method }) => method))
}
