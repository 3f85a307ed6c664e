import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'

import { codexBinary, type CODEX_VERSIONS } from '@x/fixtures'

/** One line of `codex exec --json`. */
export interface CodexEvent {
  readonly type: string
  readonly message?: string
  readonly thread_id?: string
  readonly item?: Readonly<Record<string, unknown>>
}

export interface CodexRun {
  readonly exitCode: number | null
  readonly events: readonly CodexEvent[]
}

/**
 * Runs the real `codex exec` to its end in `root`/work, with a home of its own in `root`/home that knows only the model at `url`.
 * A key goes by the environment, as `env_key` wants it.
 */
export async function execCodex(
  root: string,
  url: string,
  options: {
    readonly version: (typeof CODEX_VERSIONS)[number]
    readonly prompt: string
    readonly model?: string
    readonly key?: string
    readonly resume?: string
  },
): Promise<CodexRun> {
  const { version, prompt, model = 'gpt-5.5', key = 'any', resume } = options
  const [home, work] = [path.join(root, 'home'), path.join(root, 'work')]
  await Promise.all([mkdir(path.join(home, '.codex'), { recursive: true }), mkdir(work, { recursive: true })])
  await writeFile(path.join(home, '.codex', 'config.toml'), configToml(url, model, work))
  const args = [
    'exec',
    ...(resume === undefined ? [] : ['resume', resume]),
    '--json',
    '--skip-git-repo-check',
    prompt,
  ]
  const child = spawn(codexBinary(version), args, {
    cwd: work,
    env: { PATH: process.env['PATH'], HOME: home, CODEX_HOME: path.join(home, '.codex'), OFFLINE_KEY: key },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exited = once(child, 'exit') as Promise<[number | null]>
  const events: CodexEvent[] = []
  for await (const line of createInterface(child.stdout)) events.push(JSON.parse(line) as CodexEvent)
  const [exitCode] = await exited
  return { exitCode, events }
}

export interface ProviderSettings {
  /** Codex takes a provider that is named `OpenAI` for the real service, and compacts there. @default 'offline' */
  readonly provider?: string
  /** Of requests and of streams. @default 0 */
  readonly retries?: number
  /** The line that says where the key comes from. */
  readonly auth?: string
}

/** The home's settings. */
export function configToml(
  url: string,
  model: string,
  work: string,
  settings: ProviderSettings = {},
): string {
  const { provider = 'offline', retries = 0, auth = 'env_key = "OFFLINE_KEY"' } = settings
  return `
model = "${model}"
model_provider = "offline"
sandbox_mode = "workspace-write"
check_for_update_on_startup = false
[model_providers.offline]
name = "${provider}"
base_url = "${url}"
wire_api = "responses"
${auth}
request_max_retries = ${String(retries)}
stream_max_retries = ${String(retries)}
[projects."${work}"]
trust_level = "trusted"
`
}
