import path from 'node:path'
import { HostError, type Host } from '@x/host'
import { ConfigError } from '../errors.ts'

/**
 * The directory of all tasks on a host: `stateDir`, else `$XDG_STATE_HOME/x`, else `~/.local/state/x` there. Made 0700.
 * @throws ConfigError when it lies under `/tmp`: Codex does not keep its home there, and every command could write to it.
 */
export async function resolveStateDir(host: Host, stateDir?: string): Promise<string> {
  const { env, home } = host.facts
  return resolve(host, 'stateDir', stateDir ?? under(env.XDG_STATE_HOME, home, '.local/state'))
}

/** The directory of what can be fetched again: `cacheDir`, else `$XDG_CACHE_HOME/x`, else `~/.cache/x` there. Made 0700. */
export async function resolveCacheDir(host: Host, cacheDir?: string): Promise<string> {
  const { env, home } = host.facts
  return resolve(host, 'cacheDir', cacheDir ?? under(env.XDG_CACHE_HOME, home, '.cache'))
}

function under(base: string | undefined, home: string, fallback: string): string {
  // The XDG specification has a relative path ignored.
  return path.posix.join(
    base !== undefined && path.posix.isAbsolute(base) ? base : path.posix.join(home, fallback),
    'x',
  )
}

async function resolve(host: Host, field: string, directory: string): Promise<string> {
  if (!path.posix.isAbsolute(directory)) throw new ConfigError(field, 'an absolute path', directory)
  assertNotTemporary(field, directory)
  try {
    await host.files.makeDirectory(directory, { mode: 0o700 })
  } catch (cause) {
    if (!(cause instanceof HostError) || cause.code === 'no-space') throw cause
    throw new ConfigError(field, 'a directory that this account may write', directory, { cause })
  }
  const real = await host.files.realPath(directory)
  assertNotTemporary(field, real)
  return real
}

function assertNotTemporary(field: string, directory: string): void {
  if (directory === '/tmp' || directory.startsWith('/tmp/')) {
    throw new ConfigError(
      field,
      'outside /tmp (sandboxed commands share it); name another directory',
      directory,
    )
  }
}
