import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { codexBinary } from '@x/fixtures'
import { expect, test } from 'vitest'
import { openWorkshop } from './workshop.ts'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))

test('the example of the README runs', async () => {
  await using workshop = await openWorkshop('0.169.0', { apiKey: 'sk-1' })
  const readme = await readFile(path.join(PACKAGE, 'README.md'), 'utf8')
  const example = /```ts\n(.*?)```/s.exec(readme)?.[1] ?? ''
  expect(example.trim().split('\n').length).toBeLessThan(15)
  const place = JSON.stringify({ stateDir: workshop.stateDir, binary: codexBinary() })
  const runnable = example
    .replace("'https://models.example/v1'", JSON.stringify(workshop.model.url))
    .replace('sk-…', 'sk-1')
    .replace("taskId: 'greeting'", `...${place}, taskId: 'greeting'`)
    .replace("'@x/codex'", JSON.stringify(path.join(PACKAGE, 'src/index.ts')))
  const entry = path.join(workshop.root, 'example.ts')
  await writeFile(
    entry,
    `async function main() {\n${runnable.replace(/^import .*$/gm, '')}\nprocess.stdout.write(status)\n}\nvoid main()\n`,
  )
  const imports =
    runnable
      .match(/^import .*$/gm)
      ?.join('\n')
      .replace("'@x/host'", JSON.stringify(path.join(PACKAGE, '../host/src/index.ts'))) ?? ''
  await writeFile(entry, `${imports}\n${await readFile(entry, 'utf8')}`)
  const outDir = path.join(workshop.root, 'built')
  await mkdir(outDir)
  const built = await compile(entry, outDir)
  const run = spawn(process.execPath, [built], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  run.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  run.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  expect(await once(run, 'close'), said).toEqual([0, null])
  expect(said).toMatch(/completed$/)
  const made = path.join(workshop.stateDir, 'tasks', 'greeting', 'work', 'greeting')
  expect(await readFile(made, 'utf8')).toBe('hello\n')
})

async function compile(entry: string, outDir: string): Promise<string> {
  const child = spawn(
    process.execPath,
    [path.join(PACKAGE, 'test', 'fixtures', 'compile.mjs'), entry, outDir],
    {
      cwd: PACKAGE,
      stdio: 'inherit',
    },
  )
  expect(await once(child, 'exit')).toEqual([0, null])
  return path.join(outDir, `${path.basename(entry, '.ts')}.cjs`)
}
