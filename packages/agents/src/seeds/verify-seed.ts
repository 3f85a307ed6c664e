import type { SeedKey, SeedRecord } from '../store/seed-record.ts'
import type { Store } from '../store/store.ts'
import { plainText } from './account.ts'
import { loadSeed } from './load-seed.ts'
import type { SeedManifest, SeedVerdict } from './manifest.ts'
import { SeedError } from './seed-error.ts'

/**
 * Asks the manifest whether a login still works, and marks the seed by a definite answer. A login that cannot be read
 * from its own seed is dead by that proof; one that changed while it was checked is inconclusive, and so is one that
 * still works but can't be renewed any more, as the broker has found: only a new login ends that.
 * @throws StoreError, SeedError `unknown-agent`, `newer-seed`; the reason of `signal`
 */
export async function verifySeed(
  store: Store,
  manifest: SeedManifest,
  key: SeedKey,
  { signal = new AbortController().signal }: { readonly signal?: AbortSignal } = {},
): Promise<SeedVerdict> {
  const { verdict, revision } = await check(store, manifest, key, signal)
  const now = await store.seeds.get(key)
  const answer = settled(verdict, now, revision !== undefined && now.revision !== revision)
  const detail =
    answer.type === 'dead' ? answer.proof : answer.type === 'inconclusive' ? answer.reason : undefined
  const verified = { at: await store.now(), verdict: answer.type, ...(detail !== undefined && { detail }) }
  await store.seeds.change(key, {
    metadata: { verified },
    ...(answer.type !== 'inconclusive' && { status: answer.type }),
  })
  return answer
}

/** What a check can't know: what happened beside it, and what the broker was told before. */
function settled(verdict: SeedVerdict, seed: SeedRecord, hasRotated: boolean): SeedVerdict {
  if (hasRotated) return { type: 'inconclusive', reason: 'the login rotated while it was checked' }
  const { status, refresh } = seed
  const wasRefused = status === 'dead' && refresh.reason !== undefined && lastVerdict(seed) !== 'dead'
  if (verdict.type !== 'alive' || !wasRefused) return verdict
  // A token that still works for a while keeps nobody logged in.
  return {
    type: 'inconclusive',
    reason: 'it still works, but to renew it was refused for good: log in again',
  }
}

function lastVerdict({ metadata }: SeedRecord): unknown {
  const { verified } = metadata
  return typeof verified === 'object' && verified !== null && 'verdict' in verified
    ? verified['verdict']
    : undefined
}

async function check(
  store: Store,
  manifest: SeedManifest,
  key: SeedKey,
  signal: AbortSignal,
): Promise<{ readonly verdict: SeedVerdict; readonly revision?: number }> {
  signal.throwIfAborted()
  try {
    const { seed, bundle } = await loadSeed(store, manifest, key)
    const verdict = manifest.verify
      ? await manifest.verify(bundle.files, { signal })
      : ({ type: 'inconclusive', reason: 'nobody knows how to check such a login' } as const)
    return { verdict: withoutSecrets(verdict), revision: seed.revision }
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof SeedError && (error.code === 'not-logged-in' || error.code === 'unusable'))
      return { verdict: { type: 'dead', proof: error.message } }
    // What a store or a seed refuses says nothing about the login.
    if (error instanceof Error && ['StoreError', 'SeedError'].includes(error.name)) throw error
    return { verdict: { type: 'inconclusive', reason: 'the check itself has failed' } }
  }
}

function withoutSecrets(verdict: SeedVerdict): SeedVerdict {
  switch (verdict.type) {
    case 'alive':
      return { type: 'alive' }
    case 'dead':
      return { type: 'dead', proof: plainText(verdict.proof) ?? 'the provider refuses it' }
    case 'inconclusive':
      return { type: 'inconclusive', reason: plainText(verdict.reason) ?? 'no reason can be told' }
  }
}
