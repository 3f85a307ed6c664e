import path from 'node:path'
import { mustSucceed, type Host } from '@x/host'
import { SessionError } from '../errors.ts'
import { assertIntegrity, fetchTarball } from './fetch-tarball.ts'
import type { OnProgress } from './progress.ts'
import type { Release } from './releases.ts'

/**
 * Fetches a release on `source` and brings it to a host that could not fetch it, where it is checked once more.
 * @returns path of the tarball below `directory` on `host`
 * @throws SessionError `provision`
 */
export async function uploadTarball(
  source: Host,
  host: Host,
  release: Release,
  directory: string,
  options: { readonly signal?: AbortSignal; readonly onProgress?: OnProgress } = {},
): Promise<string> {
  const { signal, onProgress } = options
  const staging = mustSucceed(await source.exec(['mktemp', '-d'])).stdout.trim()
  try {
    const fetched = await fetchTarball(source, release, staging, options)
    const doing = `Uploading Codex ${release.packageVersion} to ${host.name}`
    const tell = (bytes: number): void =>
      onProgress?.({ doing, progress: Math.min(0.99, bytes / release.bytes) })
    tell(0)
    const tarball = path.posix.join(directory, 'codex.tgz')
    await using reading = await source.spawn(['cat', '--', fetched])
    const written = await host.exec(['sh', '-c', 'exec cat > "$1"', 'sh', tarball], {
      stdin: counted(reading.stdout, tell),
      ...(signal && { signal }),
    })
    if (written.exitCode !== 0) throw notStored(host, written.stderr)
    await assertIntegrity(host, tarball, release)
    return tarball
  } finally {
    await source.files.remove(staging)
  }
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  tell: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void> {
  let bytes = 0
  for await (const chunk of chunks) {
    yield chunk
    tell((bytes += chunk.length))
  }
}

function notStored(host: Host, said: string): SessionError {
  const full = /No space left/.test(said)
  return new SessionError(
    'provision',
    `Codex could not be stored on ${host.name}: ${said.trim().slice(0, 300)}`,
    {
      remedy: full
        ? 'Free about 1 GB there, or name another cache directory.'
        : 'See that its cache can be written.',
    },
  )
}
