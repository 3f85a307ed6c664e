import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, test } from 'vitest'
import * as surface from '../../src/seeds/index.ts'
import { LOGIN, loginManifest, loginText } from './login-manifest.ts'
import { lendLogin } from './readme-example.ts'
import { openSeedsStage } from './seeds-stage.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

test('the README shows the example that runs here, and names what is exported', async () => {
  expect(readme).toContain(readFileSync(new URL('./readme-example.ts', import.meta.url), 'utf8'))
  expect(Object.keys(surface).filter((name) => !readme.includes(`\`${name}`))).toEqual([])
  await using stage = await openSeedsStage()
  const { seeds, host, homeOf } = stage
  const ada = { user: 'ada@example.com', token: 'one' }
  await stage.putLogin(homeOf('from'), ada)
  await seeds.capture({
    agent: 'agent',
    host,
    home: homeOf('from'),
    owner: 'ada',
    name: 'work',
    pool: 'team',
  })
  const there = { ...host, facts: { ...host.facts, home: homeOf('home') } }
  const ending = await lendLogin(stage.store, loginManifest(), there, (home) =>
    writeFile(path.join(home, LOGIN), loginText({ ...ada, token: 'two', at: 2 })),
  )
  expect(ending).toEqual({ type: 'released' })
  expect(await seeds.list({ owner: 'ada' })).toMatchObject([{ name: 'work', savedAt: expect.any(Number) }])
})

test('the README says what to do about every code', () => {
  const source = readFileSync(new URL('../../src/seeds/seed-error.ts', import.meta.url), 'utf8')
  const codes = [...source.matchAll(/^ \* - `([\w-]+)`:/gm)].map(([, code]) => code ?? '')
  expect(codes.length).toBeGreaterThan(10)
  expect(codes.filter((code) => !readme.includes(`\`${code}\``))).toEqual([])
})
