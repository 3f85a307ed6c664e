import { HostError } from '../errors.ts'
import { mustSucceed } from '../exec-result.ts'
import type { ArchiveHost } from './archive-host.ts'

/** What a machine has to make and unpack archives with. */
export interface WorkerTools {
  readonly tar: 'gnu' | 'busybox'
  readonly find: 'gnu' | 'busybox'
  readonly compression: 'zstd' | 'gzip'
}

/** Messages and sorting are the same everywhere, and bytes stay bytes. */
export const PLAIN_LOCALE = {
  LC_ALL: 'C',
  LANGUAGE: undefined,
  TAR_OPTIONS: undefined,
  POSIXLY_CORRECT: undefined,
}

const PROBE = `
for tool in tar find; do
  case $("$tool" --version 2>&1 </dev/null) in
    *"GNU "*) echo "$tool gnu" ;;
    *[Bb]usy[Bb]ox*) echo "$tool busybox" ;;
    *) echo "$tool none" ;;
  esac
done
for tool in zstd gzip; do command -v "$tool" >/dev/null 2>&1 && echo "$tool"; done
exit 0
`
const known = new WeakMap<ArchiveHost, Promise<WorkerTools>>()

/**
 * Asks a machine once what it has.
 * @throws HostError `unsupported`, naming what is missing
 */
export async function workerTools(host: ArchiveHost, signal?: AbortSignal): Promise<WorkerTools> {
  const asked = known.get(host)
  if (asked !== undefined) return asked
  const asking = probe(host, signal)
  known.set(host, asking)
  asking.catch(() => known.delete(host))
  return asking
}

async function probe(host: ArchiveHost, signal: AbortSignal | undefined): Promise<WorkerTools> {
  const options = { env: PLAIN_LOCALE, timeoutMs: 30_000, ...(signal === undefined ? {} : { signal }) }
  const { stdout } = mustSucceed(await host.exec(['sh', '-c', PROBE], options))
  const lines = stdout.split('\n')
  const kind = (tool: string) =>
    (['gnu', 'busybox'] as const).find((candidate) => lines.includes(`${tool} ${candidate}`))
  const compression = (['zstd', 'gzip'] as const).find((tool) => lines.includes(tool))
  const [tar, find] = [kind('tar'), kind('find')]
  if (tar === undefined) throw missing(host, 'tar, of GNU or busybox')
  if (find === undefined) throw missing(host, 'find, of GNU or busybox')
  if (compression === undefined) throw missing(host, 'zstd or gzip')
  return { tar, find, compression }
}

function missing(host: ArchiveHost, what: string): HostError {
  return new HostError('unsupported', `${host.name} lacks ${what}: archives need it there`)
}
