import path from 'node:path'
import type { Host } from '@x/host'
import { SessionError } from '../errors.ts'
import type { OnProgress } from './progress.ts'
import type { Release } from './releases.ts'

const PACKAGE = '@openai/codex'
/** How often the growing files are measured: npm tells no progress of its own. */
const MEASURE_EVERY_MS = 500

/**
 * Fetches a release with the person's own npm, so from the registry, through the proxy and with the credentials that
 * they have configured, and checks it against the digest in our source. npm's cache for it lies in `directory`.
 * @returns path of the tarball below `directory`
 * @throws SessionError `provision`
 */
export async function fetchTarball(
  host: Host,
  release: Release,
  directory: string,
  options: { readonly signal?: AbortSignal; readonly onProgress?: OnProgress } = {},
): Promise<string> {
  const { signal, onProgress } = options
  const doing = `Fetching Codex ${release.packageVersion}`
  const measuring = new AbortController()
  const measured = measure(host, directory, release.bytes, measuring.signal, (progress) =>
    onProgress?.({ doing, progress }),
  )
  onProgress?.({ doing, progress: 0 })
  const tarball = await fetch(host, release, directory, signal).finally(async () => {
    measuring.abort()
    await measured
  })
  onProgress?.({ doing: `Checking Codex ${release.packageVersion}` })
  await assertIntegrity(host, tarball, release)
  return tarball
}

/** `npm cache add` keeps what it has fetched under its digest; `npm pack` would read it all once more to list it. */
async function fetch(
  host: Host,
  release: Release,
  directory: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const spec = `${PACKAGE}@${release.packageVersion}`
  const cache = path.posix.join(directory, 'npm')
  const result = await host
    .exec(['npm', 'cache', 'add', spec, '--cache', cache, '--loglevel', 'error'], {
      cwd: directory,
      ...(signal && { signal }),
    })
    .catch((cause: unknown) => {
      signal?.throwIfAborted()
      throw new SessionError('provision', 'npm could not be started', {
        cause,
        remedy: 'Install Node with npm, or name an installed Codex as `binary`.',
      })
    })
  if (result.exitCode !== 0) throw npmFailed(spec, result.stderr)
  const digest = Buffer.from(release.integrity.slice('sha512-'.length), 'base64').toString('hex')
  const file = path.posix.join(
    cache,
    '_cacache/content-v2/sha512',
    digest.slice(0, 2),
    digest.slice(2, 4),
    digest.slice(4),
  )
  if (await host.files.stat(file)) return file
  throw notWhatWasPinned(release)
}

function npmFailed(spec: string, stderr: string): SessionError {
  const said = stderr
    .split('\n')
    .filter((line) => !/complete log of this run|^npm warn/i.test(line))
    .join(' ')
    .trim()
    .slice(0, 500)
  if (/ENOSPC/.test(said)) {
    return new SessionError('provision', `the disk is full: ${spec} could not be stored`, {
      remedy: 'Free about 1 GB, or name another cache directory.',
    })
  }
  return new SessionError(
    'provision',
    `npm could not fetch ${spec}: ${said === '' ? 'it said nothing' : said}`,
    {
      remedy: 'Check the network and `npm config get registry`, or name an installed Codex as `binary`.',
    },
  )
}

/** @throws SessionError `provision` when the tarball is not the one that was pinned */
export async function assertIntegrity(host: Host, tarball: string, release: Release): Promise<void> {
  const { stdout } = await host.exec(['sha512sum', '--', tarball])
  const got = `sha512-${Buffer.from(stdout.split(' ')[0] ?? '', 'hex').toString('base64')}`
  if (got !== release.integrity) throw notWhatWasPinned(release)
}

function notWhatWasPinned(release: Release): SessionError {
  return new SessionError(
    'provision',
    `what came as Codex ${release.packageVersion} does not have the pinned digest`,
    {
      remedy:
        'The registry in use serves something else under this name. Use another one, or name an installed Codex as `binary`.',
    },
  )
}

async function measure(
  host: Host,
  directory: string,
  bytes: number,
  signal: AbortSignal,
  tell: (progress: number) => void,
): Promise<void> {
  const stopped = new Promise<void>((resolve) =>
    signal.addEventListener('abort', () => resolve(), { once: true }),
  )
  for (;;) {
    let timer: ReturnType<typeof setTimeout> | undefined
    await Promise.race([stopped, new Promise((resolve) => (timer = setTimeout(resolve, MEASURE_EVERY_MS)))])
    clearTimeout(timer)
    if (signal.aborted) return
    const { stdout } = await host.exec(['du', '-sk', directory]).catch(() => ({ stdout: '' }))
    const kibibytes = Number.parseInt(stdout, 10)
    if (Number.isFinite(kibibytes)) tell(Math.min(0.99, (kibibytes * 1024) / bytes))
  }
}
