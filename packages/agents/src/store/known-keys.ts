import { findKey } from './crypto/data-key.ts'
import type { KeyProvider } from './key-provider.ts'
import { StoreError } from './store-error.ts'

/**
 * Refuses to go on without any of the keys that the stored content was encrypted with: whoever lost them must not
 * silently get a new one. With some of them missing, only what needs those can't be read.
 * @throws StoreError `wrong-key`
 */
export async function assertKnownKeys(
  used: readonly { readonly keyId: string; readonly proof: string }[],
  keys: KeyProvider,
): Promise<void> {
  let refusal: StoreError | undefined
  for (const key of used) {
    try {
      await findKey(key, keys)
      return
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'wrong-key') throw error
      refusal ??= error
    }
  }
  if (refusal) throw refusal
}
