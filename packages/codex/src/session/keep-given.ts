import type { KeptGrant } from '../conversation/given-grants.ts'
import type { LaunchRecord } from './parse-launch-record.ts'

/** What is forgotten is asked for again. More than a person says yes to. */
const KEPT = 1_000

/** What a record has to say once more was given for good. Pure. */
export function keepGiven(
  record: LaunchRecord,
  added: readonly KeptGrant[],
): { readonly given: KeptGrant[] } {
  return { given: [...(record.given ?? []), ...added].slice(-KEPT) }
}
