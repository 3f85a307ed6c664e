import { readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import { createSnapshots, type SnapshotSummary } from '@x/agents/snapshots'
import { CODEX_VERSIONS, codexBinary } from '@x/fixtures'
import { describe, expect, test } from 'vitest'
import { codexSeedManifest } from '../../src/login/codex-seed-manifest.ts'
import { parseAuthFile } from '../../src/login/parse-auth-file.ts'
import { attachSession } from '../../src/session/attach-session.ts'
import { openSession } from '../../src/session/open-session.ts'
import type { SnapshotOutcome } from '../../src/session/session-snapshots.ts'
import { codexSnapshotContent } from '../../src/snapshots/codex-snapshot-content.ts'
import { openStoredLogins, OWNER, type StoredLogins } from '../login/stored-logins.ts'
import { cuttableHost, hostWith } from '../host-with.ts'
import { openWorkshop, transcript } from '../workshop.ts'

describe.each(CODEX_VERSIONS)('a session of Codex %s whose worker is lost', (version) => {
  test('goes on elsewhere with its login as it is then', { timeout: 240_000 }, async () => {
    const stored: { logins?: StoredLogins } = {}
    await using workshop = await openWorkshop(version, {
      apiKey: (bearer) => stored.logins?.accepts(bearer) === true,
    })
    await using logins = await openStoredLogins(workshop.root)
    stored.logins = logins
    await using ours = await logins.orchestrator()
    const { host, root, stateDir, model } = workshop
    const { store, seeds } = logins
    const snapshots = createSnapshots({ store, contents: [codexSnapshotContent], seeds: [codexSeedManifest] })
    const outcomes: SnapshotOutcome[] = []
    const kept = {
      snapshots,
      owner: OWNER,
      intervalMs: 0,
      retention: { count: 1 },
      onOutcome: (outcome: SnapshotOutcome) => void outcomes.push(outcome),
    }
    const { login, seedId } = await logins.capture()
    const taskId = 'moved'
    const use = ours.logins.use({ seedId }, { modelBaseUrl: model.url })
    const first = await workshop.open({ taskId, login: use, logins: ours.logins, snapshots: kept })
    await first.conversation.send('hello from before').result
    const before = transcript(first.conversation.state)
    const home = (at: string): string => path.join(at, 'tasks', taskId, 'home/.codex')
    const shown = parseAuthFile(await readFile(path.join(home(stateDir), 'auth.json')))
    // It comes by itself.
    await expect.poll(() => outcomes.length, { timeout: 60_000 }).toBe(1)
    const taken = takenIn(outcomes[0])
    expect(taken).toMatchObject({ ...{ owner: OWNER, taskId, endState: 'running' } })
    // As if its machine had gone, with the handle and the token that were there.
    await first.detach()
    await expect(first.snapshot()).rejects.toMatchObject({ code: 'lost' })
    await workshop.kill(taskId)
    await rename(path.join(stateDir, 'tasks', taskId), path.join(root, 'lost'))
    logins.expire(login)

    const text = (await readFile(path.join(root, 'lost/home/.codex/auth.json'))).toString()
    if (shown.kind !== 'chatgpt') throw new Error('expected a ChatGPT login')
    expect(text).toContain(shown.refreshToken)
    const secrets = [shown.refreshToken, shown.accessToken, login.refreshToken].map((one) => Buffer.from(one))
    expect(await snapshots.verify(taken, { secrets })).toEqual([])
    const there = { host, stateDir: path.join(root, 'elsewhere'), snapshots: kept }
    const wanted = { ...there, taskId, binary: codexBinary(version), login: use, logins: ours.logins }
    await expect(openSession({ ...wanted, restoreFrom: { snapshotId: 'none' } })).rejects.toMatchObject({
      code: 'not-found',
    })
    await using second = await openSession({ ...wanted, restoreFrom: 'newest' })
    await expect(attachSession(taskId, there)).rejects.toMatchObject({ field: 'logins' })
    expect(transcript(second.conversation.state)).toEqual(before)
    expect(await second.conversation.send('hello from after').result).toMatchObject({ status: 'completed' })
    expect(new Set(logins.endpoint.ledger.map(({ outcome }) => outcome))).toEqual(new Set(['committed']))
    const now = parseAuthFile(await readFile(path.join(home(there.stateDir), 'auth.json')))
    expect(now).toMatchObject({ kind: 'chatgpt' })
    expect(now).not.toMatchObject({ refreshToken: shown.refreshToken })
    expect((await seeds.get({ owner: OWNER, seedId })).sessions).toEqual([taskId])

    // Asked for in a turn, it is one of the end of that turn.
    const turn = second.conversation.send('usage')
    await turn.turnId
    const asked = await second.snapshot()
    expect(second.conversation.state.turns.at(-1)?.status).toBe('completed')
    expect(await snapshots.newest({ owner: OWNER, taskId })).toMatchObject({ number: asked.number })
    // What the model said of the limits stands with the login.
    await expect
      .poll(async () => (await seeds.get({ owner: OWNER, seedId })).account?.quotas, { timeout: 60_000 })
      .toContainEqual(expect.objectContaining({ usedPercent: 42 }))
    await second.close()
    // Of the last turn is the last one, of an ended session; older ones have gone.
    const [last] = (await snapshots.list({ owner: OWNER, taskId })).slice(-1)
    expect(outcomes.map(({ type }) => type)).not.toContain('failed')
    expect(last).toBeDefined()
  })
})

test(
  'a planted login that a lost worker had is had back when that is said, also at the second try',
  { timeout: 240_000 },
  async () => {
    const [version] = CODEX_VERSIONS.slice(-1)
    if (version === undefined) throw new Error('expected a version')
    await using workshop = await openWorkshop(version)
    await using logins = await openStoredLogins(workshop.root)
    await using ours = await logins.orchestrator()
    const { host, root, stateDir, model } = workshop
    const snapshots = createSnapshots({
      store: logins.store,
      contents: [codexSnapshotContent],
      seeds: [codexSeedManifest],
    })
    const { seedId } = await logins.capture()
    const taskId = 'planted'
    const login = ours.logins.use({ seedId }, { modelBaseUrl: model.url, mode: 'planted' })
    const taken: SnapshotOutcome[] = []
    const kept = {
      snapshots,
      owner: OWNER,
      intervalMs: 0,
      onOutcome: (outcome: SnapshotOutcome): void => {
        if (outcome.type === 'taken') taken.push(outcome)
      },
    }
    const common = { taskId, login, logins: ours.logins, snapshots: kept }
    const worker = cuttableHost(hostWith(host, { name: 'lost-worker' }))
    const first = await workshop.open({ ...common, host: worker.host })
    await first.conversation.send('hello from before').result
    await expect.poll(() => taken.length, { timeout: 60_000 }).toBe(1)
    // A turn may have ended while there was no link.
    worker.cut()
    await expect.poll(() => taken.length, { timeout: 60_000 }).toBe(2)
    await first.detach()
    await workshop.kill(taskId)
    await rename(path.join(stateDir, 'tasks', taskId), path.join(root, 'lost'))

    const there = { ...common, stateDir: path.join(root, 'elsewhere') }
    await expect(workshop.open({ ...there, restoreFrom: 'newest' })).rejects.toMatchObject({ code: 'login' })
    const second = await workshop.open({ ...there, restoreFrom: { isWorkerLost: true } })
    expect(await second.conversation.send('hello from after').result).toMatchObject({ status: 'completed' })
    expect((await logins.seeds.get({ owner: OWNER, seedId })).lease).toMatchObject({ state: 'held' })
    await second.close()
    expect((await logins.seeds.get({ owner: OWNER, seedId })).lease).toBeUndefined()
  },
)

function takenIn(outcome: SnapshotOutcome | undefined): SnapshotSummary {
  if (outcome?.type !== 'taken') throw new Error(`expected a snapshot, got ${JSON.stringify(outcome)}`)
  return outcome.snapshot
}
