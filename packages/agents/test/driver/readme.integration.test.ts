import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openDriverStage } from './driver-stage.ts'
import { work } from './readme-example.ts'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

test('the README shows the example that runs here, and says what each ending means', async () => {
  expect(readme).toContain(readFileSync(new URL('./readme-example.ts', import.meta.url), 'utf8'))
  for (const ending of ['done', 'error', 'exited', 'cancelled', 'lost', 'timed-out', 'step-failed'])
    expect(readme).toContain(`| \`${ending}\``)
  await using stage = await openDriverStage()
  const { directory } = await stage.place()
  const argv = ['sh', '-c', 'echo "DONE: tidy" >>agent.log']
  expect(await work(stage.host, stage.store, directory, argv)).toBe('tidy')
})
