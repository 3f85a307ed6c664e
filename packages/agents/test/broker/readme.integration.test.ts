import { readFileSync } from 'node:fs'
import * as surface from '@x/agents/broker'
import { openTokenEndpoint } from '@x/fixtures'
import { describe, expect, test } from 'vitest'
import { openSqliteStage } from '../sqlite/sqlite-stage.ts'
import { insertLogin, plainProvider } from './plain-provider.ts'
import { tryHandle } from './readme-example.ts'
import { sessionOf } from './stages.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

describe('the README about the broker', () => {
  test('shows the example that runs here', async () => {
    expect(readme).toContain(readFileSync(new URL('./readme-example.ts', import.meta.url), 'utf8'))
    await using endpoint = await openTokenEndpoint()
    await using stage = await openSqliteStage()
    const seed = await insertLogin(stage.store, endpoint.login())
    expect(await tryHandle(stage.store, plainProvider(endpoint.url), sessionOf(seed))).toBe(true)
  })

  test('names every value that the subpath exports', () => {
    expect(Object.keys(surface).filter((name) => !readme.includes(`\`${name}`))).toEqual([])
  })

  test('names every code of its errors', () => {
    const source = readFileSync(new URL('../../src/broker/broker-error.ts', import.meta.url), 'utf8')
    const codes = Array.from(source.matchAll(/^ \* - `([\w-]+)`/gm), ([, code]) => code ?? '')
    expect(codes).toHaveLength(8)
    expect(codes.filter((code) => !readme.includes(`| \`${code}\``))).toEqual([])
  })
})
