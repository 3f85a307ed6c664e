import path from 'node:path'
import { ConfigError, resolveStateDir } from '@x/codex'
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
  /** Machines on which sessions may run. */
  readonly workers: string
  /** What sessions are called. */
  readonly titles: string
  /** Identity of the offline model's process. */
  readonly model: string
  /** Where that process says that it listens. */
  readonly modelListening: string
  readonly modelLog: string
  /** File of the store that keeps logins, in a directory of its own. */
  readonly store: string
}

/** A unix socket's path ends at 107 bytes, and `@x/codex` names the socket of a session `s/<16 hex>.sock`. */
const MAX_STATE_DIR_BYTES = 107 - '/s/0123456789abcdef.sock'.length

/** Makes the directory when it is not there. @throws ConfigError when it can't be had, or is too long for sessions */
export async function openInstancePaths(host: Host, stateDir: string | undefined): Promise<InstancePaths> {
  const state = await resolveStateDir(host, stateDir)
  if (Buffer.byteLength(state) > MAX_STATE_DIR_BYTES)
    throw new ConfigError('stateDir', `at most ${MAX_STATE_DIR_BYTES} bytes long, for sockets in it`, state)
  const root = path.join(state, 'demo')
  await host.files.makeDirectory(root, { mode: 0o700 })
  return {
    stateDir: state,
    root,
    instance: path.join(root, 'instance.json'),
    cookies: path.join(root, 'cookies.json'),
    ports: path.join(root, 'ports.json'),
    workers: path.join(root, 'workers.json'),
    titles: path.join(root, 'titles.json'),
    model: path.join(root, 'model.json'),
    modelListening: path.join(root, 'model-listening.json'),
    modelLog: path.join(root, 'model.log'),
    store: path.join(state, 'store', 'x.sqlite'),
  }
}
