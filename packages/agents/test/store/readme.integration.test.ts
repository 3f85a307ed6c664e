import { readFileSync } from 'node:fs'
import path from 'node:path'
import { openKeyDirectory } from '@x/agents/store'
import * as mongo from '@x/agents/mongo'
import * as sqlite from '@x/agents/sqlite'
import * as store from '@x/agents/store'
import { privateDirectory } from '@x/fixtures'
import { describe, expect, test } from 'vitest'
import { lend } from './readme-example.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

describe('the README about the store', () => {
  test('shows the example that runs here', async () => {
    expect(readme).toContain(readFileSync(new URL('./readme-example.ts', import.meta.url), 'utf8'))
    await using directory = await privateDirectory()
    const keys = openKeyDirectory({ path: path.join(directory.path, 'keys') })
    const file = path.join(directory.path, 'state', 'store.sqlite')
    expect(await lend({ path: file, keys }, Buffer.from('a login'))).toBe(7)
  })

  test('names every value that the subpaths export', () => {
    const names = [store, sqlite, mongo].flatMap((surface) => Object.keys(surface))
    expect(names.filter((name) => !readme.includes(`\`${name}`))).toEqual([])
  })

  test('names every code of its errors', () => {
    const source = readFileSync(new URL('../../src/store/store-error.ts', import.meta.url), 'utf8')
    const codes = Array.from(source.matchAll(/^ \* - `([\w-]+)`/gm), ([, code]) => code ?? '')
    expect(codes).toHaveLength(13)
    expect(codes.filter((code) => !readme.includes(`| \`${code}\``))).toEqual([])
  })
})
