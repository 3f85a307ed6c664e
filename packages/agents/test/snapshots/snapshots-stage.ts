import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { privateDirectory } from '@x/fixtures'
import { openLocalHost, type Host } from '@x/host'
import { createSnapshots, type Snapshots } from '../../src/snapshots/create-snapshots.ts'
import type { SnapshotContentRules } from '../../src/snapshots/snapshot-content.ts'
import type { TakeOptions } from '../../src/snapshots/take-snapshot.ts'
import type { ChainLimits } from '../../src/snapshots/snapshots-context.ts'
import { loginManifest } from '../seeds/login-manifest.ts'
import { openSqliteStage, type SqliteStage } from '../sqlite/sqlite-stage.ts'

export const TASK = { owner: 'ada', taskId: 'nightly-42' }

/** An agent of no make: its work, and its history beside a login. */
export const rules: SnapshotContentRules = {
  agent: 'agent',
  home: 'home',
  roots: ['work', 'home/.agent/history'],
  exclude: ['*.log', '/work/cache/'],
}

export interface SnapshotsStage extends AsyncDisposable {
  readonly sqlite: SqliteStage
  readonly snapshots: Snapshots
  readonly host: Host
  /** What the session has; a login and a cache among it. */
  readonly directory: string
  /** Somewhere that is not there yet. */
  readonly target: string
  readonly put: (files: Readonly<Record<string, string>>) => Promise<void>
  readonly take: (options?: Partial<TakeOptions>) => ReturnType<Snapshots['take']>
}

/** A real store, a real host and a directory of a session for one case. */
export async function openSnapshotsStage(chain: ChainLimits = {}): Promise<SnapshotsStage> {
  const scratch = await privateDirectory()
  const sqlite = await openSqliteStage()
  const host = await openLocalHost()
  const directory = path.join(scratch.path, 'task')
  const put: SnapshotsStage['put'] = async (files) => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(directory, name)), { recursive: true, mode: 0o700 })
      await writeFile(path.join(directory, name), text)
    }
  }
  await put({
    'work/main.txt': 'one',
    'work/large.txt': 'x'.repeat(100_000),
    'work/cache/blob': 'no',
    'work/noise.log': 'no',
    'home/.agent/login.json': '{"token":"top secret"}',
    'home/.agent/history/1': 'said',
    'home/other': 'no',
    'run/launch.json': 'no',
  })
  const { store } = sqlite
  const snapshots = createSnapshots({ store, contents: [rules], seeds: [loginManifest()], chain })
  return {
    sqlite,
    snapshots,
    host,
    directory,
    target: path.join(scratch.path, 'restored'),
    put,
    take: (options = {}) =>
      snapshots.take({
        ...TASK,
        host,
        directory,
        agent: 'agent',
        resumeRef: { thread: 't' },
        endState: 'idle',
        ...options,
      }),
    async [Symbol.asyncDispose]() {
      await host.close()
      await sqlite[Symbol.asyncDispose]()
      await scratch[Symbol.asyncDispose]()
    },
  }
}

/** Every file below a directory with its text. */
export async function filesIn(directory: string, below = ''): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const entry of await readdir(path.join(directory, below), { withFileTypes: true })) {
    const name = path.join(below, entry.name)
    if (entry.isDirectory()) Object.assign(files, await filesIn(directory, name))
    else files[name] = await readFile(path.join(directory, name), 'utf8')
  }
  return files
}
