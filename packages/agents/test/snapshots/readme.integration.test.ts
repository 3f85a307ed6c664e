import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as surface from '../../src/snapshots/index.ts'
import { loginManifest } from '../seeds/login-manifest.ts'
import { move } from './readme-example.ts'
import { filesIn, openSnapshotsStage } from './snapshots-stage.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

test('the README shows the example that runs here, and names what is exported', async () => {
  expect(readme).toContain(readFileSync(new URL('./readme-example.ts', import.meta.url), 'utf8'))
  expect(Object.keys(surface).filter((name) => !readme.includes(`\`${name}`))).toEqual([])
  await using stage = await openSnapshotsStage()
  const { sqlite, host, directory } = stage
  const moved = await move(sqlite.store, loginManifest(), host, host, directory)
  expect(moved).toMatchObject({ resumeRef: { thread: 't-1' }, endState: 'idle' })
  expect(await filesIn(`${directory}-moved`)).toMatchObject({ 'work/main.txt': 'one' })
  expect(await filesIn(`${directory}-moved`)).not.toHaveProperty('home/.agent/login.json')
})

test('the README says what to do about every code', () => {
  const source = readFileSync(new URL('../../src/snapshots/snapshot-error.ts', import.meta.url), 'utf8')
  const codes = [...source.matchAll(/^ \* - `([\w-]+)`:/gm)].map(([, code]) => code ?? '')
  expect(codes).toHaveLength(4)
  expect(codes.filter((code) => !readme.includes(`\`${code}\``))).toEqual([])
})
