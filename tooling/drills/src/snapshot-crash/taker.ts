// A process that changes a session's directory and takes a snapshot of each state, until it is killed.
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createSnapshots } from '@x/agents/snapshots'
import { codexSeedManifest, codexSnapshotContent } from '@x/codex'
import { openLocalHost } from '@x/host'
import { sayLine } from '../stores/program.ts'
import { openPlace } from '../stores/store-place.ts'
import { FILES, TASK, type TakerErrand, type TakerLine } from './taker-errand.ts'

const errand = JSON.parse(process.argv[2] ?? '{}') as TakerErrand
const say = (line: TakerLine): void => sayLine(line)

/** Every file tells the state; half a megabyte of each takes a moment to be stored. */
async function makeState(n: number): Promise<void> {
  const work = path.join(errand.directory, 'work')
  await mkdir(work, { recursive: true })
  for (let file = 0; file < FILES; file += 1)
    await writeFile(path.join(work, String(file)), `${n}\n${String(Math.sqrt(n + file)).repeat(30_000)}`)
}

async function main(): Promise<void> {
  await using store = await openPlace(errand.place)
  await using host = await openLocalHost()
  const snapshots = createSnapshots({ store, contents: [codexSnapshotContent], seeds: [codexSeedManifest] })
  say({ ready: true })
  for (let n = errand.from; ; n += 1) {
    await makeState(n)
    await snapshots.take({
      ...TASK,
      host,
      directory: errand.directory,
      agent: codexSnapshotContent.agent,
      fence: errand.fence,
      resumeRef: { n },
      endState: 'running',
      onProgress: ({ phase }) => say({ taking: n, phase }),
    })
    say({ taken: n })
    await snapshots.collect({ ...TASK, count: 3 })
  }
}

await main()
