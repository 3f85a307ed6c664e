import type { Api } from './read-dump.ts'
import type { VersionDumps } from './read-versions.ts'
import { METHOD_UNIONS, type Definitions } from './schema-types.ts'

/** What the dumps say about one method: in which version it is, and whether every client may use it there. */
export type MethodFacts = Readonly<Record<string, Api>>

/** Facts by method, over all four directions. Methods declared by hand are experimental in every version. */
export function methodFacts(
  versions: readonly VersionDumps[],
  manual: Definitions = {},
): ReadonlyMap<string, MethodFacts> {
  const facts = new Map<string, Record<string, Api>>()
  const note = (definitions: Definitions, codex: string, api: Api): void => {
    for (const method of methodNames(definitions)) {
      const known = facts.get(method) ?? {}
      facts.set(method, { ...known, [codex]: known[codex] ?? api })
    }
  }
  for (const { codex, stable, experimental } of versions) {
    note(stable, codex, 'stable')
    note(experimental, codex, 'experimental')
    note(manual, codex, 'experimental')
  }
  return facts
}

/** Every method that the four unions of `definitions` name. */
export function methodNames(definitions: Definitions): readonly string[] {
  return METHOD_UNIONS.flatMap((union) =>
    (definitions[union]?.oneOf ?? []).flatMap(({ properties }) => {
      const method = properties?.['method']
      const name = typeof method === 'object' ? method.enum?.[0] : undefined
      return typeof name === 'string' ? [name] : []
    }),
  )
}
