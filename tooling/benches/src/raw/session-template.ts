import path from 'node:path'
import { openSession, removeSession, type CODEX_VERSIONS, type Login } from '@x/codex'
import type { Host } from '@x/host'

export interface TemplateOptions {
  readonly host: Host
  /** Where the session that is the model of it lives for a moment. */
  readonly directory: string
  readonly version: (typeof CODEX_VERSIONS)[number]
  readonly login: Login
  /** Where Codex is installed on that host. @default the host's own cache */
  readonly cacheDir?: string
}

/** The configuration of a bare Codex with `root` as its task's directory, below `stateDir`. */
export type SessionTemplate = (
  root: string,
  stateDir: string,
) => { readonly config: string; readonly auth: string }

/** A bare client gets the very configuration that a session has, with its own directories in it. */
export async function readTemplate({
  host,
  directory,
  version,
  login,
  cacheDir,
}: TemplateOptions): Promise<SessionTemplate> {
  const stateDir = path.join(directory, 'ours')
  const taskId = 'template'
  const session = await openSession({
    ...{ host, stateDir, version, taskId, login },
    ...(cacheDir !== undefined && { cacheDir }),
  })
  await session.ready
  const root = path.join(stateDir, 'tasks', taskId)
  const [config, auth] = await Promise.all(
    ['config.toml', 'auth.json'].map((name) =>
      host.files.readText(path.join(root, 'home/.codex', name)).catch(() => ''),
    ),
  )
  await session.close()
  await removeSession(taskId, { host, stateDir })
  return (peerRoot, peerState) => ({
    config: (config ?? '').replaceAll(root, peerRoot).replaceAll(stateDir, peerState),
    auth: auth ?? '',
  })
}
