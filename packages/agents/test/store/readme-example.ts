import { openSqliteStore, type SqliteStoreOptions } from '@x/agents/sqlite'

/** Keeps a login, lends it to one run, and says how many bytes that run has read. */
export async function lend(options: SqliteStoreOptions, login: Uint8Array): Promise<number> {
  await using store = await openSqliteStore(options)
  await store.seeds.insert({ owner: 'ada', name: 'work', agent: 'codex', pool: 'team', content: [login] })
  const of = { pool: 'team' }
  const claim = { owner: 'ada', of, holder: 'run 1', worker: 'this machine', leaseMs: 60_000 }
  const answer = await store.leases.acquire(claim)
  if (answer.type !== 'leased') return 0
  const { content } = await store.seeds.read(answer.lease)
  let bytes = 0
  for await (const chunk of content) bytes += chunk.length
  return (await store.leases.release(answer.lease)) ? bytes : 0
}
