import { readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import { createSnapshots } from '@x/agents/snapshots'
import { CODEX_VERSIONS, codexBinary } from '@x/fixtures'
import { describe, expect, test } from 'vitest'
import { codexSeedManifest } from '../../src/login/codex-seed-manifest.ts'
import { parseAuthFile } from '../../src/login/parse-auth-file.ts'
import { attachSession } from '../../src/session/attach-session.ts'
import { codexSnapshotContent } from '../../src/snapshots/codex-snapshot-content.ts'
import { restoreSessionSnapshot } from '../../src/snapshots/restore-session-snapshot.ts'
import { takeSessionSnapshot } from '../../src/snapshots/take-session-snapshot.ts'
import { openStoredLogins, OWNER, type StoredLogins } from '../login/stored-logins.ts'
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
    const { login, seedId } = await logins.capture()
    const taskId = 'moved'
    const use = ours.logins.use({ seedId }, { modelBaseUrl: model.url })
    const first = await workshop.open({ taskId, login: use, logins: ours.logins })
    await first.conversation.send('hello from before').result
    const before = transcript(first.conversation.state)
    const home = (at: string): string => path.join(at, 'tasks', taskId, 'home/.codex')
    const shown = parseAuthFile(await readFile(path.join(home(stateDir), 'auth.json')))
    const task = { host, snapshots, owner: OWNER, taskId }
    const taken = await takeSessionSnapshot({ ...task, stateDir })
    // As if its machine had gone, with the handle and the token that were there.
    await first.detach()
    await workshop.kill(taskId)
    await rename(path.join(stateDir, 'tasks', taskId), path.join(root, 'lost'))
    logins.expire(login)

    const text = (await readFile(path.join(root, 'lost/home/.codex/auth.json'))).toString()
    if (shown.kind !== 'chatgpt') throw new Error('expected a ChatGPT login')
    expect(text).toContain(shown.refreshToken)
    const secrets = [shown.refreshToken, shown.accessToken, login.refreshToken].map((one) => Buffer.from(one))
    expect(await snapshots.verify(taken, { secrets })).toEqual([])
    const elsewhere = { ...task, stateDir: path.join(root, 'elsewhere'), binary: codexBinary(version) }
    expect(await restoreSessionSnapshot(elsewhere)).toEqual(taken)
    await expect(attachSession(taskId, elsewhere)).rejects.toMatchObject({ field: 'logins' })
    await using second = await attachSession(taskId, { ...elsewhere, logins: ours.logins })
    expect(transcript(second.conversation.state)).toEqual(before)
    expect(await second.conversation.send('hello from after').result).toMatchObject({ status: 'completed' })
    expect(new Set(logins.endpoint.ledger.map(({ outcome }) => outcome))).toEqual(new Set(['committed']))
    const now = parseAuthFile(await readFile(path.join(home(elsewhere.stateDir), 'auth.json')))
    expect(now).toMatchObject({ kind: 'chatgpt' })
    expect(now).not.toMatchObject({ refreshToken: shown.refreshToken })
    expect((await seeds.get({ owner: OWNER, seedId })).sessions).toEqual([taskId])
  })
})
