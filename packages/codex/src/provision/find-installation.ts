import path from 'node:path'
import { openLocalHost, type Host } from '@x/host'
import type { OnProgress } from './progress.ts'
import { assertVersion, provisionCodex, type Installation } from './provision-codex.ts'
import type { CodexVersion } from './releases.ts'

/** Which Codex, and where it may be kept. */
export interface FindInstallationOptions {
  readonly host: Host
  /** The native program on the host. @default the version is fetched, or found in the cache */
  readonly binary?: string
  /** @default the newest that was tested */
  readonly version?: CodexVersion
  /** @default `$XDG_CACHE_HOME/x`, else `~/.cache/x`, on the host */
  readonly cacheDir?: string
  readonly signal?: AbortSignal
  readonly onProgress?: OnProgress
}

/**
 * The Codex that is named, or one that was fetched; a worker without a registry of its own gets it from this machine.
 * @throws SessionError `provision`
 */
export async function findInstallation(options: FindInstallationOptions): Promise<Installation> {
  const { host, binary, version, cacheDir, signal, onProgress } = options
  if (binary === undefined) {
    await using here = host.name === 'local' ? undefined : await openLocalHost()
    return await provisionCodex({
      host,
      ...(here && { source: here }),
      ...(version && { version }),
      ...(cacheDir !== undefined && { cacheDir }),
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
    })
  }
  const real = await host.files.realPath(binary).catch(() => binary)
  return {
    binary: real,
    directory: path.posix.dirname(path.posix.dirname(real)),
    version: await assertVersion(host, real, version),
  }
}
