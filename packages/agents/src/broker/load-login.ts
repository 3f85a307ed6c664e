import { parseSeedBundle } from '../seeds/parse-seed-bundle.ts'
import type { SeedBundle } from '../seeds/seed-bundle.ts'
import type { SeedKey, SeedRecord } from '../store/seed-record.ts'
import type { BrokerContext } from './broker-context.ts'
import { BrokerError } from './broker-error.ts'
import type { BrokeredLogin, TokenProvider } from './token-provider.ts'

/** No login that is brokered is larger. */
const MAX_BYTES = 16 * 1024 * 1024

export interface LoadedLogin extends BrokeredLogin {
  readonly seed: SeedRecord
  readonly bundle: SeedBundle
  readonly provider: TokenProvider
}

/**
 * Reads the login of one revision.
 * @throws StoreError
 * @throws BrokerError `unusable-login`, `no-provider`
 */
export async function loadLogin(
  { store, providers }: Pick<BrokerContext, 'store' | 'providers'>,
  key: SeedKey,
): Promise<LoadedLogin> {
  const { seed, content } = await store.seeds.read(key)
  const provider = Object.hasOwn(providers, seed.agent) ? providers[seed.agent] : undefined
  if (!provider) throw new BrokerError('no-provider', `nothing renews logins of ${seed.agent} here`)
  if (seed.bytes > MAX_BYTES) throw unusable(seed)
  const pieces: Uint8Array[] = []
  for await (const piece of content) pieces.push(piece)
  try {
    const bundle = parseSeedBundle(Buffer.concat(pieces))
    return { ...provider.parseLogin(bundle.files), seed, bundle, provider }
  } catch {
    // What a parser says may quote a token.
    throw unusable(seed)
  }
}

function unusable({ seedId }: SeedRecord): BrokerError {
  return new BrokerError('unusable-login', `seed ${seedId} holds no login that can be renewed`)
}
