import { methodNames } from '../method-facts.ts'
import { rowsOf } from '../method-tables.ts'
import type { Api } from '../read-dump.ts'
import { METHOD_UNIONS, type Definitions } from '../schema-types.ts'
import { withoutAliases } from './without-aliases.ts'
import { compareSchemas, type SchemaChange } from './compare-schemas.ts'
import type { Protocol } from './load-protocol.ts'
import { reachedTypes, type Direction } from './reached-types.ts'

/** One difference between two protocols. */
export interface Change {
  readonly kind:
    | 'method-added'
    | 'method-removed'
    | 'method-stability'
    | 'method-params'
    | 'type-added'
    | 'type-removed'
    | SchemaChange['kind']
  /** The method or the type. */
  readonly of: string
  /** Where in the type. */
  readonly at: string
  readonly what: string
  /** Whether our sources name the method, or a method that the type travels with. */
  readonly used: boolean
  /** Whether what we do can stop working: something that we use went away, or is no longer what it was. */
  readonly breaking: boolean
}

export interface ProtocolDiff {
  readonly before: string
  readonly after: string
  /** The methods that our sources name, sorted. */
  readonly usedMethods: readonly string[]
  readonly changes: readonly Change[]
}

/** What changed from `before` to `after`; `usedOf` picks the methods that we use from all that there are. */
export function compareProtocols(
  before: Protocol,
  after: Protocol,
  usedOf: (methods: ReadonlySet<string>) => ReadonlySet<string>,
): ProtocolDiff {
  // A stable dump and an experimental one differ in much that did not change.
  const both = before.experimental !== undefined && after.experimental !== undefined
  const older = withoutAliases((both ? before.experimental : undefined) ?? before.stable)
  const newer = withoutAliases((both ? after.experimental : undefined) ?? after.stable)
  const used = usedOf(new Set([...methodNames(older), ...methodNames(newer)]))
  const stability = both ? (protocol: Protocol) => new Set(methodNames(protocol.stable)) : () => undefined
  return {
    before: before.name,
    after: after.name,
    usedMethods: [...used].sort(),
    changes: [
      ...compareMethods(older, newer, used),
      ...compareStability(older, newer, stability(before), stability(after), used),
      ...compareParams(older, newer, used),
      ...compareTypes(older, newer, used),
    ],
  }
}

function compareMethods(
  older: Definitions,
  newer: Definitions,
  used: ReadonlySet<string>,
): readonly Change[] {
  const before = new Set(methodNames(older))
  const after = new Set(methodNames(newer))
  const change = (kind: 'method-added' | 'method-removed', of: string): Change => {
    const isUsed = used.has(of)
    return { kind, of, at: '', what: '', used: isUsed, breaking: isUsed && kind === 'method-removed' }
  }
  return [
    ...[...before].filter((method) => !after.has(method)).map((method) => change('method-removed', method)),
    ...[...after].filter((method) => !before.has(method)).map((method) => change('method-added', method)),
  ]
}

function compareStability(
  older: Definitions,
  newer: Definitions,
  stableBefore: ReadonlySet<string> | undefined,
  stableAfter: ReadonlySet<string> | undefined,
  used: ReadonlySet<string>,
): readonly Change[] {
  if (!stableBefore || !stableAfter) return []
  const after = new Set(methodNames(newer))
  const word = (stable: boolean): Api => (stable ? 'stable' : 'experimental')
  return methodNames(older).flatMap((of): readonly Change[] => {
    const was = stableBefore.has(of)
    const is = stableAfter.has(of)
    if (!after.has(of) || was === is) return []
    const isUsed = used.has(of)
    const what = `${word(was)} -> ${word(is)}`
    return [{ kind: 'method-stability', of, at: '', what, used: isUsed, breaking: isUsed && was }]
  })
}

/** The name of the type that goes with a method may change while the type of the old name stays. */
function compareParams(older: Definitions, newer: Definitions, used: ReadonlySet<string>): readonly Change[] {
  const paramsIn = (definitions: Definitions): ReadonlyMap<string, string> =>
    new Map(
      METHOD_UNIONS.flatMap((union) => rowsOf(definitions, union)).map(({ method, params }) => [
        method,
        params,
      ]),
    )
  const after = paramsIn(newer)
  return [...paramsIn(older)].flatMap(([of, was]): readonly Change[] => {
    const is = after.get(of)
    if (is === undefined || is === was) return []
    const isUsed = used.has(of)
    // Params that a method came without so far, and still may.
    const isAddition = was === 'undefined' && is.endsWith(' | undefined')
    const breaking = isUsed && !isAddition
    return [{ kind: 'method-params', of, at: '', what: `${was} -> ${is}`, used: isUsed, breaking }]
  })
}

function compareTypes(older: Definitions, newer: Definitions, used: ReadonlySet<string>): readonly Change[] {
  const reachedBefore = reachedTypes(older, (method) => used.has(method))
  const reachedAfter = reachedTypes(newer, (method) => used.has(method))
  const unions: readonly string[] = METHOD_UNIONS
  const names = [...new Set([...Object.keys(older), ...Object.keys(newer)])].filter(
    (name) => !unions.includes(name),
  )
  return names.sort().flatMap((of): readonly Change[] => {
    const before = older[of]
    const after = newer[of]
    const ways = new Set([...(reachedBefore.get(of) ?? []), ...(reachedAfter.get(of) ?? [])])
    const isUsed = ways.size > 0
    // Where a type that went away was used, the place that used it changed too, and that is what counts.
    if (!after) return [{ kind: 'type-removed', of, at: '', what: '', used: isUsed, breaking: false }]
    if (!before) return [{ kind: 'type-added', of, at: '', what: '', used: isUsed, breaking: false }]
    return compareSchemas(before, after).map(({ kind, at, what, note }) => ({
      kind,
      of,
      at,
      what: note ? `${what} (${note})` : what,
      used: isUsed,
      breaking: isBreaking({ kind, at, what, ...(note ? { note } : {}) }, ways),
    }))
  })
}

/**
 * Whether a change hurts a value that travels these ways. What we send must still be taken: no new duties, nothing
 * taken away. What we receive must still be there: nothing missing, nothing of another type.
 */
function isBreaking({ kind, note }: SchemaChange, ways: ReadonlySet<Direction>): boolean {
  const inbound = ways.has('inbound')
  const outbound = ways.has('outbound')
  switch (kind) {
    case 'property-removed':
    case 'member-removed':
      return inbound || outbound
    case 'property-added':
      return outbound && note === 'required'
    case 'became-required':
      return outbound
    case 'became-optional':
      return inbound
    // Names and variants that we do not know are let through.
    case 'member-added':
      return false
    case 'type-changed':
      return (inbound && note !== 'narrower') || (outbound && note !== 'wider')
  }
}
