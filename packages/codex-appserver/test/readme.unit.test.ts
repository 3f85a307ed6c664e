import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { SAFE_ANSWERS, SERVER_REQUEST_METHODS } from '../src/index.ts'
import * as surface from '../src/index.ts'

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')

describe('the README', () => {
  test('shows the example that the integration tests run', () => {
    expect(readme).toContain(readFileSync(new URL('./readme-example.ts', import.meta.url), 'utf8'))
  })

  test('names every value that the package exports', () => {
    expect(Object.keys(surface).filter((name) => !readme.includes(`\`${name}`))).toEqual([])
  })

  test('says what becomes of every request of the server that nobody handles', () => {
    const rows = SERVER_REQUEST_METHODS.map((method) => {
      const answer = SAFE_ANSWERS[method] as ((params: object) => unknown) | undefined
      return `| \`${method}\` | ${answer ? `\`${shown(answer({ tool: 'tool' }))}\`` : 'error -32601'} |`
    })
    const compact = readme.replaceAll(/ +/g, ' ')
    for (const row of rows) expect(compact).toContain(row)
  })
})

/** An answer as the table has it; the time of day stands there as a word. */
function shown(answer: unknown): string {
  return JSON.stringify(answer)
    .replaceAll('\\\\', '')
    .replace(/(?<="currentTimeAt":)\d+/, 'SECONDS')
}
