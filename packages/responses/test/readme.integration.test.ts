import { readFile } from 'node:fs/promises'

import { CODEX_VERSIONS, privateDirectory } from '@x/fixtures'
import { expect, test } from 'vitest'

import { openResponsesServer } from '../src/open-responses-server.ts'
import { parseScript } from '../src/parse-script.ts'
import { lastUserText } from '../src/read-request.ts'
import { scriptedModel } from '../src/scripted-model.ts'
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

async function readmeScript(): Promise<unknown> {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  return JSON.parse(/```json\n([\s\S]*?)\n```/.exec(readme)?.[1] ?? '')
}

test.each(CODEX_VERSIONS)('the script of the README delegates with Codex %s', async (version) => {
  await using directory = await privateDirectory()
  await using server = await openResponsesServer({ model: scriptedModel(parseScript(await readmeScript())) })
  const { events } = await execCodex(directory.path, server.url, { version, prompt: 'delegate it' })
  const said = events.flatMap(({ item }) => (item?.['type'] === 'agent_message' ? [item['text']] : []))
  expect(said.at(-1)).toBe('It has answered.')
  expect(server.requests.filter(({ agent }) => agent !== undefined)).toHaveLength(1)
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
