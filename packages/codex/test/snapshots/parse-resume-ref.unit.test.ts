import { expect, test } from 'vitest'
import { codexSeedManifest } from '../../src/login/codex-seed-manifest.ts'
import type { LaunchRecord } from '../../src/session/parse-launch-record.ts'
import { codexSnapshotContent } from '../../src/snapshots/codex-snapshot-content.ts'
import { parseResumeRef, renderResumeRef } from '../../src/snapshots/parse-resume-ref.ts'

const record: LaunchRecord = {
  schema: 1,
  taskId: 'task',
  threadId: 'thread',
  spoken: true,
  kept: true,
  grants: [{ path: '/srv/data', mode: 'read' }],
  binary: '/old/codex/bin/codex',
  installation: '/old/codex',
  version: '0.169.0',
  directory: '/old/tasks/task/work',
  login: { kind: 'seed', mode: 'planted', owner: 'ada', seedId: 's', port: 4000, fence: 7 },
  posture: 'confined',
  approvals: 'ask',
  createdAt: 1,
}
const place = {
  binary: '/new/bin/codex',
  installation: '/new',
  version: '0.169.0',
  directory: '/new/tasks/task/work',
}

test('a session is told without what is true of one machine alone', () => {
  const steered = [{ clientId: 'a', turnId: 'b', text: 'a word of the person' }]
  const told = renderResumeRef({ ...record, steered }, record.directory)
  expect(JSON.stringify(told)).not.toMatch(/old|4000|fence|a word/)
  const ref = parseResumeRef(told)
  expect(ref).toMatchObject({ taskId: 'task', version: '0.169.0' })
  expect(ref).not.toHaveProperty('directory')
  const login = { kind: 'seed', mode: 'planted', owner: 'ada', seedId: 's' }
  expect(ref.recordAt(place)).toEqual({ ...record, ...place, login })
})

test("the person's own directory is remembered", () => {
  const told = renderResumeRef({ ...record, directory: '/srv/code' }, '/old/tasks/task/work')
  expect(parseResumeRef(told).directory).toBe('/srv/code')
})

test('what is none is refused', () => {
  for (const odd of [null, {}, { schema: 2, record }, { schema: 1, record: { taskId: 1 } }])
    expect(() => parseResumeRef(odd)).toThrow('the snapshot tells of no session')
  expect(() => parseResumeRef({ schema: 1, record: { taskId: 'x', version: '1' } }).recordAt(place)).toThrow()
})

test('no file of a login lies in what is kept of a session', () => {
  const files = codexSeedManifest.files.map(({ path }) => `home/${path}`)
  for (const root of codexSnapshotContent.roots)
    for (const file of files)
      expect(`${file}/`.startsWith(`${root}/`) || `${root}/`.startsWith(`${file}/`)).toBe(false)
})
