import path from 'node:path'
import { resolveStateDir } from '@x/codex'
import type { Host } from '@x/host'

/** Where the page and its offline model keep what they must find again. */
export interface InstancePaths {
  readonly stateDir: string
  /** 0700. */
  readonly root: string
  /** Who serves the page, and how to talk to it; there while it does. */
  readonly instance: string
  /** The browsers that are logged in, as hashes of their cookies. */
  readonly cookies: string
  readonly ports: string
  /** What sessions are called. */
  readonly titles: string
  /** Identity of the offline model's process. */
  readonly model: string
  /** Where that process says that it listens. */
  readonly modelListening: string
  readonly modelLog: string
}

/** Makes the directory when it is not there. @throws ConfigError when it can't be had */
export async function openInstancePaths(host: Host, stateDir: string | undefined): Promise<InstancePaths> {
  const state = await resolveStateDir(host, stateDir)
  const root = path.join(state, 'demo')
  await host.files.makeDirectory(root, { mode: 0o700 })
  return {
    stateDir: state,
    root,
    instance: path.join(root, 'instance.json'),
    cookies: path.join(root, 'cookies.json'),
    ports: path.join(root, 'ports.json'),
    titles: path.join(root, 'titles.json'),
    model: path.join(root, 'model.json'),
    modelListening: path.join(root, 'model-listening.json'),
    modelLog: path.join(root, 'model.log'),
  }
}
