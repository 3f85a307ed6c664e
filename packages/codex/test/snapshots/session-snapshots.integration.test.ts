import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { createSnapshots, type Snapshots } from '@x/agents/snapshots'
import { openSqliteStore } from '@x/agents/sqlite'
import { openKeyDirectory, type Store } from '@x/agents/store'
import { CODEX_VERSIONS, codexBinary } from '@x/fixtures'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codexSeedManifest } from '../../src/login/codex-seed-manifest.ts'
import { attachSession } from '../../src/session/attach-session.ts'
import { codexSnapshotContent } from '../../src/snapshots/codex-snapshot-content.ts'
import { restoreSessionSnapshot } from '../../src/snapshots/restore-session-snapshot.ts'
import { takeSessionSnapshot } from '../../src/snapshots/take-session-snapshot.ts'
import { openWorkshop, transcript, type Workshop } from '../workshop.ts'

const OWNER = 'ada'
const KEY = 'sk-never-in-a-snapshot'

describe.each(CODEX_VERSIONS)('a session of Codex %s that goes on elsewhere', (version) => {
  let workshop: Workshop
  let store: Store
  let snapshots: Snapshots

  beforeAll(async () => {
    workshop = await openWorkshop(version)
    store = await openSqliteStore({
      path: path.join(workshop.root, 'store/store.sqlite'),
      keys: openKeyDirectory({ path: path.join(workshop.root, 'keys') }),
    })
    snapshots = createSnapshots({ store, contents: [codexSnapshotContent], seeds: [codexSeedManifest] })
  })
  afterAll(async () => {
    await store.close()
    await workshop[Symbol.asyncDispose]()
  })

  test(
    'has its whole history, its work and nothing of its login, and needs no more',
    { timeout: 240_000 },
    async () => {
      const { host, stateDir, root, model } = workshop
      const taskId = 'moved'
      const login = { endpoint: { baseUrl: model.url, key: KEY } }
      const binary = codexBinary(version)
      const first = await workshop.open({ taskId, login, approvals: 'never' })
      await first.ready
      await first.conversation.send('run: echo kept > note.txt; echo done').result
      await first.conversation.send('hello from before').result
      const before = transcript(first.conversation.state)
      const task = { host, snapshots, owner: OWNER, taskId }
      const running = await takeSessionSnapshot({ ...task, stateDir })
      expect(running).toMatchObject({ agent: 'codex', endState: 'running' })
      const there = { host, stateDir: path.join(root, 'elsewhere') }
      const elsewhere = { ...task, ...there, binary }
      await first.close()
      const ended = await takeSessionSnapshot({ ...task, stateDir })
      expect(ended).toMatchObject({ endState: 'ended', baseId: running.snapshotId })
      const secrets = [Buffer.from(KEY)]
      expect(await snapshots.verify(ended, { secrets })).toEqual([])

      await expect(restoreSessionSnapshot(elsewhere)).rejects.toMatchObject({ field: 'login' })
      await expect(readdir(path.join(elsewhere.stateDir, 'tasks'))).rejects.toMatchObject({ code: 'ENOENT' })
      expect(await restoreSessionSnapshot({ ...elsewhere, login })).toEqual(ended)
      const home = path.join(elsewhere.stateDir, 'tasks', taskId, 'home/.codex')
      expect((await readdir(home)).sort()).toEqual(['auth.json', 'sessions'])
      const second = await attachSession(taskId, there)
      expect(transcript(second.conversation.state)).toEqual(before)
      expect(await host.files.readText(path.join(second.directory, 'note.txt'))).toBe('kept\n')
      await second.ready
      expect(await second.conversation.send('hello from after').result).toMatchObject({ status: 'completed' })
      expect(JSON.stringify(model.requests.at(-1))).toContain('hello from before')

      await expect(restoreSessionSnapshot({ ...elsewhere, login, replace: true })).rejects.toMatchObject({
        code: 'unrecoverable',
      })
      await second.close()
      await expect(restoreSessionSnapshot({ ...elsewhere, login })).rejects.toMatchObject({
        code: 'unrecoverable',
      })
      // Back to what it was.
      await takeSessionSnapshot(elsewhere)
      const { snapshotId } = running
      await restoreSessionSnapshot({ ...elsewhere, login, replace: true, snapshotId })
      const third = await attachSession(taskId, there)
      expect(transcript(third.conversation.state)).toEqual(before)
      await third.close()

      // The rollouts are what it needs: without them it is said, and no other thread is begun.
      await takeSessionSnapshot({ ...elsewhere, exclude: ['/home/.codex/sessions/'] })
      const forgetful = { ...elsewhere, stateDir: path.join(root, 'forgetful'), login }
      await restoreSessionSnapshot(forgetful)
      await expect(attachSession(taskId, { host, stateDir: forgetful.stateDir })).rejects.toMatchObject({
        code: 'unrecoverable',
      })
    },
  )
})
