import { METHODS, PROTOCOL_VERSIONS } from './_generated/support.ts'

/** Whether every client may use it, or only one that asked for `capabilities.experimentalApi`. */
export type Stability = 'stable' | 'experimental'

/** A version whose protocol this package was made from. */
export type ProtocolVersion = (typeof PROTOCOL_VERSIONS)[number]

/** What is known of a method. Versions between two known ones count as the older of them. */
export interface MethodFacts {
  /** The first known version that has it. The first of `PROTOCOL_VERSIONS` means: that one or earlier. */
  readonly since: ProtocolVersion
  /** The last known version that has it; absent where the newest known one does. */
  readonly until?: ProtocolVersion
  /** In the newest known version that has it. */
  readonly stability: Stability
  /** In each known version that has it. */
  readonly stabilityIn: Readonly<Partial<Record<ProtocolVersion, Stability>>>
}

export interface SupportOptions {
  /** Whether the connection asked for `capabilities.experimentalApi`. @default false */
  readonly experimentalApi?: boolean
}

/**
 * Whether an app-server of Codex `version` knows `method`. A version between two known ones counts as the older
 * one, a newer one as the newest, an older one as the floor: what is not known for sure is answered with no.
 * @throws TypeError when `version` does not begin like `0.169.0`.
 */
export function supports(
  version: string,
  method: string,
  { experimentalApi = false }: SupportOptions = {},
): boolean {
  const known = nearestKnown(version)
  if (!Object.hasOwn(METHODS, method)) return false
  const stability = (METHODS as Readonly<Record<string, MethodFacts>>)[method]?.stabilityIn[known]
  return stability === 'stable' || (stability === 'experimental' && experimentalApi)
}

function nearestKnown(version: string): ProtocolVersion {
  const wanted = numbersOf(version)
  return PROTOCOL_VERSIONS.findLast((known) => !isBefore(wanted, numbersOf(known))) ?? PROTOCOL_VERSIONS[0]
}

type Numbers = readonly [major: number, minor: number, patch: number, prerelease: boolean]

function numbersOf(version: string): Numbers {
  const parts = /^(\d+)\.(\d+)\.(\d+)(-?)/.exec(version)
  if (!parts) throw new TypeError(`expected a version like 0.169.0, got ${JSON.stringify(version)}`)
  return [Number(parts[1]), Number(parts[2]), Number(parts[3]), parts[4] === '-']
}

/** `0.169.0-alpha.1` is before `0.169.0`: it may lack what the release has. */
function isBefore(one: Numbers, other: Numbers): boolean {
  for (const index of [0, 1, 2] as const) {
    if (one[index] !== other[index]) return one[index] < other[index]
  }
  return one[3] && !other[3]
}
