import { readFile } from 'node:fs/promises'

import { CODEX_VERSIONS, privateDirectory } from '@x/fixtures'
import { expect, test } from 'vitest'

import { lastUserText } from '../src/read-request.ts'
import { execCodex, type CodexRun } from './exec-codex.ts'
import { readmeExample } from './readme-example.ts'

test('the README shows the example that is run here', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const source = await readFile(new URL('readme-example.ts', import.meta.url), 'utf8')
  const [shownImport, ...shown] = (/```ts\n([\s\S]*?)\n```/.exec(readme)?.[1] ?? '').split('\n')
  expect(source).toContain(`${String(shownImport)}\n`)
  expect(shown.length).toBeLessThan(15)
  expect(source).toContain(
    shown
      .filter((line) => line !== '')
      .map((line) => `  ${line}`)
      .join('\n'),
  )
})

test.each(CODEX_VERSIONS)('and Codex %s does what it says', async (version) => {
  await using directory = await privateDirectory()
  let run: CodexRun | undefined
  const request = await readmeExample(async (url) => {
    run = await execCodex(directory.path, url, { version, prompt: 'what date is it?' })
  })
  expect(lastUserText(request)).toBe('what date is it?')
  expect(
    run?.events.flatMap(({ item }) => (item?.['type'] === 'agent_message' ? [item['text']] : [])),
  ).toEqual(['It ran.'])
})
