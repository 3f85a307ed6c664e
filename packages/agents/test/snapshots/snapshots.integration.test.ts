import { link, mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { archive } from '@x/host'
import { expect, test } from 'vitest'
import { createSnapshots } from '../../src/snapshots/create-snapshots.ts'
import { loginManifest } from '../seeds/login-manifest.ts'
import { filesIn, openSnapshotsStage, rules, TASK } from './snapshots-stage.ts'

const LARGE = 'x'.repeat(100_000)

test('a session goes on elsewhere from any of its snapshots, without anything but what belongs in', async () => {
  await using stage = await openSnapshotsStage()
  const { snapshots, host, target, put, take, directory } = stage
  expect(await snapshots.newest(TASK)).toBeUndefined()
  await expect(snapshots.restore({ ...TASK, host, target })).rejects.toMatchObject({ code: 'none' })
  const phases: string[] = []
  const first = await take({ onProgress: ({ phase }) => void phases.push(phase) })
  expect(first).toMatchObject({ ...TASK, agent: 'agent', resumeRef: { thread: 't' }, endState: 'idle' })
  expect(first).not.toHaveProperty('baseId')
  expect([...new Set(phases)]).toEqual(['listing', 'storing'])

  await put({ 'work/main.txt': 'two', 'work/new/deep.txt': 'new', 'home/.agent/history/2': 'more' })
  await rm(path.join(directory, 'home/.agent/history/1'))
  const second = await take({ endState: 'interrupted', exclude: ['new/'] })
  expect(second).toMatchObject({ baseId: first.snapshotId, endState: 'interrupted' })
  expect(second.bytes).toBeLessThan(first.bytes)
  const third = await take()
  expect(third.baseId).toBe(second.snapshotId)
  expect(await snapshots.list({ owner: 'ada' })).toEqual([first, second, third])
  expect(await snapshots.newest(TASK)).toEqual(third)

  await mkdir(target)
  await writeFile(path.join(target, 'left over'), 'goes')
  const progress: { readonly bytes: number; readonly totalBytes: number }[] = []
  const restored = await snapshots.restore({
    ...TASK,
    host,
    target,
    onProgress: (step) => void progress.push(step),
  })
  expect(restored).toEqual(third)
  expect(progress.at(-1)?.bytes).toBe(progress.at(-1)?.totalBytes)
  expect(await filesIn(target)).toEqual({
    'work/main.txt': 'two',
    'work/large.txt': LARGE,
    'work/new/deep.txt': 'new',
    'home/.agent/history/2': 'more',
  })
  await snapshots.restore({ ...TASK, host, target, snapshotId: first.snapshotId })
  expect(await filesIn(target)).toEqual({
    'work/main.txt': 'one',
    'work/large.txt': LARGE,
    'home/.agent/history/1': 'said',
  })
  for (const { snapshotId } of [first, second, third])
    expect(await snapshots.verify({ ...TASK, snapshotId }, { secrets: [Buffer.from('top secret')] })).toEqual(
      [],
    )
})

test('a snapshot stands for itself when the chain is long or much has changed', async () => {
  await using stage = await openSnapshotsStage({ maxIncrements: 2 })
  const { put, take, snapshots, host, target } = stage
  const bases: boolean[] = []
  for (let n = 0; n < 5; n += 1) {
    await put({ 'work/main.txt': `${n}` })
    bases.push((await take()).baseId === undefined)
  }
  expect(bases).toEqual([true, false, false, true, false])
  await put({ 'work/large.txt': 'y'.repeat(100_000) })
  expect(await take()).not.toHaveProperty('baseId')
  expect(await take({ whole: true })).not.toHaveProperty('baseId')
  await snapshots.restore({ ...TASK, host, target })
  expect(await filesIn(target)).toMatchObject({ 'work/main.txt': '4', 'work/large.txt': 'y'.repeat(100_000) })
})

test('what fails or is ended leaves the store and the machine as they were', async () => {
  await using stage = await openSnapshotsStage()
  const { put, take, snapshots, host, target, sqlite, directory } = stage
  const stop = new AbortController()
  const onProgress = (): void => stop.abort(new Error('enough'))
  await expect(take({ signal: stop.signal, onProgress })).rejects.toThrow('enough')
  await expect(take({ directory: `${directory}-gone` })).rejects.toMatchObject({ code: 'not-found' })
  expect(await sqlite.countBlobs()).toBe(0)

  const base = await take()
  await put({ 'work/main.txt': 'two' })
  const increment = await take()
  await mkdir(target)
  await writeFile(path.join(target, 'mine'), 'stays')
  const late = new AbortController()
  const restoring = snapshots.restore({
    ...TASK,
    host,
    target,
    signal: late.signal,
    onProgress: () => late.abort(new Error('enough')),
  })
  await expect(restoring).rejects.toThrow('enough')
  expect(await filesIn(target)).toEqual({ mine: 'stays' })

  // The archives take each other's place, as whoever has the disk could make them do.
  await sqlite.behind((db) => {
    const ids = db.prepare('SELECT number, archive_id FROM snapshots ORDER BY number').all()
    const set = db.prepare('UPDATE snapshots SET archive_id = ? WHERE number = ?')
    db.exec('PRAGMA foreign_keys = OFF')
    set.run('none', Number(ids[1]?.['number']))
    set.run(String(ids[1]?.['archive_id']), Number(ids[0]?.['number']))
    set.run(String(ids[0]?.['archive_id']), Number(ids[1]?.['number']))
  })
  await expect(snapshots.restore({ ...TASK, host, target })).rejects.toMatchObject({ code: 'corrupt' })
  expect(await filesIn(target)).toEqual({ mine: 'stays' })
  expect((await snapshots.list(TASK)).map(({ verdict }) => verdict)).toEqual(['bad', 'bad'])
  const { snapshotId } = increment
  await expect(snapshots.restore({ ...TASK, host, target, snapshotId })).rejects.toMatchObject({
    code: 'broken-chain',
  })
  const again = await take()
  expect(again).not.toHaveProperty('baseId')
  expect(await snapshots.restore({ ...TASK, host, target })).toEqual(again)
  // Nobody reads them any more.
  await sqlite.backdate(61_000)
  expect(await snapshots.collect({ owner: 'ada', count: 5 })).toMatchObject({ removed: 2 })
  await expect(snapshots.verify({ ...TASK, snapshotId: base.snapshotId })).rejects.toMatchObject({
    code: 'not-found',
  })
})

test('a login comes into none, and is found where it was put into one', async () => {
  await using stage = await openSnapshotsStage()
  const { take, snapshots, sqlite, host, directory } = stage
  const login = path.join(directory, 'home/.agent/login.json')
  await link(login, path.join(directory, 'work/innocent'))
  await expect(take()).rejects.toMatchObject({ code: 'credential-inside', entry: 'work/innocent' })
  expect(await sqlite.countBlobs()).toBe(0)
  await rm(path.join(directory, 'work/innocent'))
  await writeFile(path.join(directory, 'work/copy'), 'the token is top secret')
  const copied = await take()
  const secrets = [Buffer.from('top secret')]
  expect(await snapshots.verify(copied)).toEqual([])
  expect(await snapshots.verify(copied, { secrets })).toEqual([
    { snapshotId: copied.snapshotId, path: 'work/copy', what: 'secret' },
  ])

  // By somebody who has written into the store without us.
  const everything = await archive(host, directory)
  const { snapshotId } = await sqlite.store.snapshots.insert({
    ...TASK,
    agent: 'agent',
    data: {},
    archive: everything.stream,
    manifest: [everything.manifest.toBytes()],
  })
  const found = await snapshots.verify({ ...TASK, snapshotId })
  const sorted = found.map(({ path: name, what }) => `${what} ${name}`).sort()
  expect(sorted).toEqual([
    'login home/.agent/login.json',
    'not-allowed home/other',
    'not-allowed run',
    'not-allowed run/launch.json',
  ])
})

test('what is old goes, and nothing that is needed', async () => {
  await using stage = await openSnapshotsStage({ maxIncrements: 2 })
  const { put, take, snapshots, sqlite, host, target } = stage
  for (let n = 0; n < 8; n += 1) {
    await put({ 'work/main.txt': `${n}` })
    await take()
  }
  await take({ taskId: 'other' })
  const all = await snapshots.list(TASK)
  // Increments on 0, 3 and 6: of the newest three, 5 needs 3 and 4.
  const reading = sqlite.store.snapshots.hold(all[2]!, { forMs: 60_000 })
  await reading
  expect(await snapshots.collect({ owner: 'ada', count: 3 })).toMatchObject({ removed: 0 })
  await sqlite.backdate(61_000)
  const { removed, bytes } = await snapshots.collect({ owner: 'ada', count: 3 })
  expect({ removed, bytes }).toEqual({
    removed: 3,
    bytes: all.slice(0, 3).reduce((sum, one) => sum + one.bytes, 0),
  })
  expect((await snapshots.list(TASK)).map(({ number }) => number)).toEqual(
    all.slice(3).map(({ number }) => number),
  )
  expect(await snapshots.collect({ owner: 'ada', taskId: TASK.taskId, maxAgeMs: 0 })).toMatchObject({
    removed: 3,
  })
  await snapshots.restore({ ...TASK, host, target })
  expect(await filesIn(target)).toMatchObject({ 'work/main.txt': '7' })
  expect(await snapshots.list({ owner: 'ada' })).toHaveLength(3)
  await snapshots.forget(TASK)
  expect(await snapshots.list({ owner: 'ada' })).toMatchObject([{ taskId: 'other' }])
  expect(await sqlite.countBlobs()).toBe(2)
  await expect(snapshots.collect({ owner: 'ada', count: 0 })).rejects.toThrow(RangeError)
})

test('two that take at once break nothing, and who lost the task takes nothing', async () => {
  await using stage = await openSnapshotsStage()
  const { put, take, snapshots, sqlite, host, target } = stage
  const { store } = sqlite
  await take()
  await put({ 'work/main.txt': 'two' })
  const both = await Promise.all([take(), take()])
  await snapshots.restore({ ...TASK, host, target, snapshotId: both[0].snapshotId })
  expect(await filesIn(target)).toMatchObject({ 'work/main.txt': 'two' })
  await store.orchestrators.register({ id: 'first', lifetimeMs: 10_000 })
  await store.tasks.insert({ ...TASK, orchestrator: 'first', data: {} })
  await take({ fence: 1 })
  await store.orchestrators.retire('first')
  await store.orchestrators.register({ id: 'second', lifetimeMs: 10_000 })
  await store.tasks.adopt(TASK, { orchestrator: 'second', fence: 1 })
  await expect(take({ fence: 1 })).rejects.toMatchObject({ code: 'lease-lost' })
  expect(await take({ fence: 2 })).toMatchObject({ verdict: 'good' })
})

test('nothing is taken of an agent that nobody described', async () => {
  await using stage = await openSnapshotsStage()
  await expect(stage.take({ agent: 'stranger' })).rejects.toMatchObject({ code: 'unknown-agent' })
  await expect(stage.take({ exclude: ['!home'] })).rejects.toThrow(TypeError)
  const { store } = stage.sqlite
  const seeds = [loginManifest()]
  expect(() => createSnapshots({ store, contents: [rules, rules], seeds })).toThrow(TypeError)
  expect(() => createSnapshots({ store, contents: [rules], seeds, chain: { maxShare: 2 } })).toThrow(
    RangeError,
  )
})
