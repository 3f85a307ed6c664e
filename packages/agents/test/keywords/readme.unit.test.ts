import { readFileSync } from 'node:fs'
import * as surface from '@x/agents'
import { describe, expect, test } from 'vitest'
import { type Keyword, keywordForm, KEYWORDS } from '../../src/keywords/keywords.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

function rowOf(keyword: Keyword): string {
  const feature = keyword.feature === 'browser' ? "browser: 'redirect'" : keyword.feature
  const cells = [`\`${keywordForm(keyword)}\``, `\`${feature}\``, keyword.tell, `\`${keyword.example}\``]
  return `| ${cells.join(' | ')} |`
}

describe('the README about what agents say', () => {
  test('has the keywords as the table has them', () => {
    const rows = readme.split('\n').map((line) => line.replace(/ +/g, ' '))
    const first = rows.indexOf(rowOf(KEYWORDS[0] as Keyword))
    expect(rows.slice(first, first + KEYWORDS.length)).toEqual(KEYWORDS.map(rowOf))
    expect(rows[first + KEYWORDS.length]).toBe('')
  })

  test('shows the example that is compiled here', () => {
    expect(readme).toContain(readFileSync(new URL('./readme-example.ts', import.meta.url), 'utf8'))
  })

  test('names every value that the root exports', () => {
    expect(Object.keys(surface).filter((name) => !readme.includes(`\`${name}`))).toEqual([])
  })
})
