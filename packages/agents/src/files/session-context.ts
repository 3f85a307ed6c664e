import { posix } from 'node:path'
import {
  download,
  mustSucceed,
  type CopyResult,
  type DetachedProcess,
  type DownloadOptions,
  type DownloadResult,
  type ExecOptions,
  type ExecResult,
  type Host,
} from '@x/host'
import { whileReachable } from '../driver/reach.ts'
import { resolveAgentPath, type AgentPath } from './agent-path.ts'
import { makeDirectoryWithin } from './make-directory-within.ts'

/** How far something has come that the embedder does with files. */
export interface FileProgress {
  /** For a person: `Copying model.bin`. */
  readonly message: string
  readonly bytes: number
  readonly totalBytes: number | undefined
}

/** What is at hand for hooks and for the body of a session. */
export interface SessionContext {
  readonly host: Host
  /** The agent's work directory, absolute on the host. */
  readonly directory: string
  /** The agent's log. */
  readonly log: string
  /** A run is taken up again: the agent may be running, and what it has said before was dealt with. */
  readonly isContinuing: boolean
  /** Goes into the agent's environment, over all else. */
  readonly env: Readonly<Record<string, string>>
  /** Runs a program in the work directory. @throws ExecFailedError when it does not succeed, unless `mayFail` */
  readonly run: (
    argv: readonly string[],
    options?: ExecOptions & { readonly mayFail?: boolean },
  ) => Promise<ExecResult>
  /**
   * Brings a file of ours to the agent's machine; directories on the way are made. A target that has these bytes is left
   * alone. Paths there: absolute, `~/...`, or in the work directory.
   * @param from a path here, or the bytes
   */
  readonly copy: (
    from: string | Uint8Array,
    to: string,
    options?: { readonly mode?: number; readonly signal?: AbortSignal },
  ) => Promise<CopyResult | undefined>
  /** Reads a file of the agent's machine. @throws HostError as `host.files.read` */
  readonly read: (path: string, options?: { readonly maxBytes?: number }) => Promise<Uint8Array>
  readonly readText: (path: string, options?: { readonly maxBytes?: number }) => Promise<string>
  /**
   * Waits for the end of a detached process, also when the connection to its machine is lost meanwhile.
   * @throws HostError when the machine is out of reach for longer than `lostMs`; the reason of `signal`
   */
  readonly untilEnded: (process: DetachedProcess, options: { readonly signal: AbortSignal }) => Promise<void>
  /** Fetches a URL to a file of the agent's machine. @throws DownloadError */
  readonly download: (url: string, to: string, options?: DownloadOptions) => Promise<DownloadResult>
  /**
   * Says something to the agent, once it may be spoken to. Never lost and never said twice once this has resolved.
   * @param options.id the same for each try of one message, letters, digits, `.`, `_` and `-`. @default a new one
   * @returns false when the session has no way to its agent
   */
  readonly send: (text: string, options?: { readonly id?: string }) => Promise<boolean>
}

export interface SessionContextOptions extends Pick<
  SessionContext,
  'host' | 'directory' | 'log' | 'isContinuing' | 'env' | 'send'
> {
  readonly onFileProgress?: (progress: FileProgress) => void
  readonly lostMs: number
}

export function createSessionContext(options: SessionContextOptions): SessionContext {
  const { onFileProgress, lostMs, ...given } = options
  const { host, directory } = given
  const place = (path: string) => resolveAgentPath(path, { directory, home: host.facts.home })
  const makeWay = ({ path, within }: AgentPath): Promise<void> =>
    within === undefined
      ? host.files.makeDirectory(posix.dirname(path))
      : makeDirectoryWithin(host, posix.dirname(path), within)
  const telling =
    (verb: string, path: string) =>
    (progress: { readonly bytes: number; readonly totalBytes?: number | undefined }) =>
      onFileProgress?.({
        message: `${verb} ${posix.basename(path)}`,
        bytes: progress.bytes,
        totalBytes: progress.totalBytes,
      })
  return {
    ...given,
    async run(argv, { mayFail = false, ...exec } = {}) {
      const result = await host.exec(argv, { cwd: directory, ...exec })
      return mayFail ? result : mustSucceed(result)
    },
    async copy(from, to, copying = {}) {
      const target = place(to)
      const { path, ...within } = target
      await makeWay(target)
      const onProgress = telling('Copying', to)
      if (typeof from === 'string')
        return host.files.copyIn(from, path, { ...within, ...copying, onProgress })
      copying.signal?.throwIfAborted()
      await host.files.write(path, from, {
        ...within,
        ...(copying.mode !== undefined && { mode: copying.mode }),
      })
      onProgress({ bytes: from.length, totalBytes: from.length })
      return undefined
    },
    async read(path, reading = {}) {
      const { path: absolute, ...within } = place(path)
      return host.files.read(absolute, { ...within, ...reading })
    },
    async readText(path, reading = {}) {
      const { path: absolute, ...within } = place(path)
      return host.files.readText(absolute, { ...within, ...reading })
    },
    untilEnded: (process, { signal }) =>
      whileReachable({ lostMs, signal }, () => process.waitForExit({ signal })),
    async download(url, to, downloading = {}) {
      const target = place(to)
      const { path, ...within } = target
      await makeWay(target)
      return download(host, url, path, { ...within, onProgress: telling('Fetching', to), ...downloading })
    },
  }
}
