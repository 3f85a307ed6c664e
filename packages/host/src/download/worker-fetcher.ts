import { mustSucceed } from '../exec-result.ts'
import type { DownloadHost } from './download-options.ts'

/** A program that fetches; `busybox` is its wget, which checks no certificate and follows every redirect. */
export type Fetcher = 'curl' | 'wget' | 'busybox'

/** Its `printf` must be of the shell, or what it prints would stand in the process table. */
const PROBE = `
case $(type printf 2>/dev/null) in *builtin*) ;; *) exit 0 ;; esac
LC_ALL=C; export LC_ALL
curl -q --version 2>/dev/null </dev/null
case $(wget --help 2>&1 </dev/null) in
  "GNU Wget"*) wget --version 2>/dev/null | head -n 1 ;;
  *BusyBox*) echo 'BusyBox wget' ;;
esac
exit 0
`

const known = new WeakMap<DownloadHost, Promise<Fetcher | undefined>>()

/** Asks a machine once what it can fetch with. */
export async function fetcherOf(
  host: DownloadHost,
  signal: AbortSignal | undefined,
): Promise<Fetcher | undefined> {
  const asked = known.get(host)
  if (asked !== undefined) return asked
  const options = { timeoutMs: 30_000, ...(signal === undefined ? {} : { signal }) }
  const asking = host
    .exec(['sh', '-c', PROBE], options)
    .then((result) => parseFetcher(mustSucceed(result).stdout))
  known.set(host, asking)
  asking.catch(() => known.delete(host))
  return asking
}

/**
 * Reads what programs say about themselves. curl counts from 7.63, which can tell how many bytes a body had; GNU wget
 * from 1.17, which reads no configuration when told so.
 */
export function parseFetcher(text: string): Fetcher | undefined {
  const curl = /^curl (\d+)\.(\d+)/m.exec(text)
  if (curl !== null && isFrom(curl, 7, 63) && /^Protocols:.* https(?: |$)/m.test(text)) return 'curl'
  const wget = /^GNU Wget (\d+)\.(\d+)/m.exec(text)
  if (wget !== null && isFrom(wget, 1, 17)) return 'wget'
  return text.includes('BusyBox wget') ? 'busybox' : undefined
}

function isFrom([, major, minor]: RegExpExecArray, fromMajor: number, fromMinor: number): boolean {
  return Number(major) > fromMajor || (Number(major) === fromMajor && Number(minor) >= fromMinor)
}
