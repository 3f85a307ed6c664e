import { expect, test } from 'vitest'
import { contentOf, insertSeed } from '../../src/testing/store-contract-stage.ts'
import { openSqliteStage } from './sqlite-stage.ts'

const NEW_COLUMNS = ['state', 'fence', 'holder', 'at', 'lock_ms', 'not_before', 'reason']

test('a file of the first version goes on with all that it has', async () => {
  await using stage = await openSqliteStage()
  const seed = await insertSeed(stage.store)
  await stage.store.close()
  await stage.behind((db) => {
    for (const name of ['deliverables', 'journal_entries', 'journal_runs', 'snapshots'])
      db.exec(`DROP TABLE ${name}`)
    db.exec('DROP TABLE handles')
    for (const name of NEW_COLUMNS) db.exec(`ALTER TABLE seeds DROP COLUMN refresh_${name}`)
    db.exec('ALTER TABLE seeds DROP COLUMN refreshed_at')
    db.exec('PRAGMA user_version = 1')
  })
  const store = await stage.openAgain()
  expect(await store.seeds.get(seed)).toEqual(seed)
  expect((await contentOf(store, seed)).toString()).toBe('a login')
  const claim = { ...seed, holder: 'a', lockMs: 1_000 }
  expect(await store.refreshes.claim(claim)).toMatchObject({ type: 'claimed', held: { fence: 1 } })
  expect(await store.handles.list({ owner: seed.owner })).toEqual([])
  expect(await store.snapshots.list({ owner: seed.owner })).toEqual([])
  expect(await store.deliverables.list({ owner: seed.owner })).toEqual([])
  expect(await store.journal.newest({ owner: seed.owner, taskId: 'nightly-42' })).toBeUndefined()
})
