import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { mustSucceed, type Host } from '@x/host'
import { ConfigError, SessionError } from '../errors.ts'
import { resolveCacheDir } from '../home/x-directories.ts'
import { fetchTarball } from './fetch-tarball.ts'
import type { OnProgress } from './progress.ts'
import { NEWEST_CODEX, RELEASES, type CodexVersion, type Release } from './releases.ts'
import { uploadTarball } from './upload-tarball.ts'

export interface ProvisionOptions {
  readonly host: Host
  /** @default the newest that was tested */
  readonly version?: CodexVersion
  /** Fetches it for a host that can't, which then gets it from there. @default none */
  readonly source?: Host
  /** @default `$XDG_CACHE_HOME/x`, else `~/.cache/x`, on the host */
  readonly cacheDir?: string
  readonly signal?: AbortSignal
  readonly onProgress?: OnProgress
}

/** A Codex that can be started. */
export interface Installation {
  /** The native program, not the launcher. */
  readonly binary: string
  /** What belongs to it: commands in the sandbox must be able to read it. */
  readonly directory: string
  readonly version: string
}

/**
 * Makes sure that a Codex version is on the host: the whole vendor tree without the voice parts, in the shared cache.
 *
 * What is there and complete is used as it is. Else it is fetched, checked and unpacked beside its place and moved
 * there in one step, so that any number of processes may do this at once and a reader never sees half of it.
 * @throws SessionError `provision`
 */
export async function provisionCodex(options: ProvisionOptions): Promise<Installation> {
  const { host, source, signal, onProgress } = options
  const { release, version } = releaseFor(options)
  const directory = await placeOf(options, version)
  if (!(await isComplete(host, directory, release))) {
    await install(host, release, directory, {
      version,
      ...(source && { source }),
      ...(signal && { signal }),
      ...(onProgress && { onProgress }),
    })
  }
  return installationIn(directory, version)
}

/**
 * What is on the host already, and complete.
 * @throws ConfigError, SessionError `provision` when no Codex of that version can ever be there
 */
export async function findInstalled(
  options: Pick<ProvisionOptions, 'cacheDir' | 'host' | 'version'>,
): Promise<Installation | undefined> {
  const { release, version } = releaseFor(options)
  const directory = await placeOf(options, version)
  return (await isComplete(options.host, directory, release)) ? installationIn(directory, version) : undefined
}

function releaseFor({ host, version = NEWEST_CODEX }: Pick<ProvisionOptions, 'host' | 'version'>): {
  readonly release: Release
  readonly version: CodexVersion
} {
  const releases = Object.hasOwn(RELEASES, version) ? RELEASES[version] : undefined
  if (!releases)
    throw new ConfigError('version', `one of ${Object.keys(RELEASES).join(', ')}`, JSON.stringify(version))
  const release = releases[`${host.facts.platform}-${host.facts.arch}`]
  if (!release) {
    throw new SessionError(
      'provision',
      `no tested Codex ${version} for ${host.facts.platform} on ${host.facts.arch}`,
      {
        remedy: 'Install Codex yourself and name it as `binary`.',
      },
    )
  }
  return { release, version }
}

async function placeOf(
  { host, cacheDir }: Pick<ProvisionOptions, 'cacheDir' | 'host'>,
  version: string,
): Promise<string> {
  return path.posix.join(await resolveCacheDir(host, cacheDir), 'codex', version)
}

function installationIn(directory: string, version: string): Installation {
  return { binary: path.posix.join(directory, 'bin', 'codex'), directory, version }
}

/** The last thing written into an installation; without it there is none. */
const MARKER = 'x-installed.json'

async function isComplete(host: Host, directory: string, release: Release): Promise<boolean> {
  const [marker, binary] = await Promise.all([
    host.files.readText(path.posix.join(directory, MARKER), { maxBytes: 4096 }).catch(() => ''),
    host.files.stat(path.posix.join(directory, 'bin', 'codex')),
  ])
  return marker.trim() === release.integrity && binary?.type === 'file'
}

async function install(
  host: Host,
  release: Release,
  directory: string,
  options: {
    readonly version: string
    readonly source?: Host
    readonly signal?: AbortSignal
    readonly onProgress?: OnProgress
  },
): Promise<void> {
  const { version, source, signal, onProgress } = options
  const parent = path.posix.dirname(directory)
  const staging = path.posix.join(parent, `.staging-${randomBytes(6).toString('hex')}`)
  await host.files.makeDirectory(staging, { mode: 0o700 })
  try {
    const tarball = await fetchTarball(host, release, staging, options).catch((error: unknown) => {
      signal?.throwIfAborted()
      if (!source || !(error instanceof SessionError)) throw error
      return uploadTarball(source, host, release, staging, options)
    })
    onProgress?.({ doing: `Unpacking Codex ${version}` })
    const tree = path.posix.join(staging, 'tree')
    await unpack(host, tarball, tree, signal)
    await assertVersion(host, path.posix.join(tree, 'bin', 'codex'), version)
    await host.files.write(path.posix.join(tree, MARKER), `${release.integrity}\n`, { mode: 0o644 })
    if (await isComplete(host, directory, release)) return
    await host.files.remove(directory)
    await host.files.rename(tree, directory).catch(async (cause: unknown) => {
      // Another process may have been faster; its result is as good.
      if (!(await isComplete(host, directory, release))) throw cause
    })
  } finally {
    await host.files.remove(staging)
  }
}

async function unpack(
  host: Host,
  tarball: string,
  tree: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await host.files.makeDirectory(tree, { mode: 0o755 })
  const argv = [
    'tar',
    '-xzf',
    tarball,
    '-C',
    tree,
    '--strip-components=3',
    '--exclude=*/codex-resources/voice',
    '--no-same-owner',
  ]
  const result = await host.exec([...argv, '--wildcards', 'package/vendor/*'], signal ? { signal } : {})
  if (result.exitCode === 0) return
  const full = /No space left/.test(result.stderr)
  throw new SessionError(
    'provision',
    full ? 'the disk is full: Codex could not be unpacked' : 'Codex could not be unpacked',
    {
      cause: new Error(result.stderr.slice(0, 2_000)),
      remedy: full
        ? 'Free about 1 GB, or name another cache directory.'
        : 'GNU tar and gzip are needed on that machine.',
    },
  )
}

/**
 * Asks a binary for its version. `undefined` takes any.
 * @throws SessionError `provision` when it can't be run or is another version
 */
export async function assertVersion(host: Host, binary: string, version?: string): Promise<string> {
  const said = await host
    .exec([binary, '--version'], { timeoutMs: 20_000 })
    .then((result) => mustSucceed(result).stdout.trim())
    .catch((cause: unknown) => {
      throw new SessionError('provision', `${binary} can't be run as Codex`, {
        cause,
        remedy: 'Name the native program of Codex (`vendor/<machine>/bin/codex`) for this kind of machine.',
      })
    })
  const got = /^codex-cli (\S+)$/.exec(said)?.[1]
  if (got === undefined || (version !== undefined && got !== version)) {
    throw new SessionError(
      'provision',
      `${binary} is "${said.slice(0, 80)}", not Codex ${version ?? ''}`.trimEnd(),
      {
        remedy: 'Remove it so that it is fetched anew, or name the right one as `binary`.',
      },
    )
  }
  return got
}
