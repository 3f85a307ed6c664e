// The whole public surface of @x/host; adding a line here is an API change.
export type { Host, HostFacts } from './host.ts'
export type { Pty, PtyExit, PtyOptions } from './pty.ts'
export type { ProcessExit, RunningProcess, SpawnOptions } from './running-process.ts'
export type { ConnectTarget, Forward, ForwardOptions, ForwardTarget } from './forward.ts'
export type { TailLine, TailOptions } from './tail.ts'
export type { EnvironmentOptions } from './environment.ts'
export type { ExecOptions, ExecResult } from './exec-result.ts'
export { ExecFailedError, mustSucceed } from './exec-result.ts'
export type { DetachedOptions, DetachedProcess, LadderStep, ProcessIdentity } from './detached-process.ts'
export type { FileData, FileStat, HostFiles, ReadStreamOptions, WithinOptions } from './host-files.ts'
export type { CopyOptions, CopyProgress, CopyResult } from './copy.ts'
export { archive } from './archive/create-archive.ts'
export type { Archive, ArchiveOptions } from './archive/create-archive.ts'
export { listArchive } from './archive/list-archive.ts'
export type { ArchiveEntry, ListArchiveOptions } from './archive/list-archive.ts'
export { restore } from './archive/restore-archive.ts'
export type { RestoreOptions } from './archive/restore-archive.ts'
export type { ArchiveHost } from './archive/archive-host.ts'
export type { ArchiveLimits } from './archive/archive-limits.ts'
export { parseManifest } from './archive/manifest.ts'
export type { Manifest, ManifestEntry } from './archive/manifest.ts'
export { download } from './download/download.ts'
export type {
  DownloadHeaders,
  DownloadHost,
  DownloadOptions,
  DownloadProgress,
  DownloadResult,
  DownloadRoute,
} from './download/download-options.ts'
export { DownloadError, HostError } from './errors.ts'
export type { HostErrorCode } from './errors.ts'
export { DisposeStack } from './dispose-stack.ts'
export { openLocalHost } from './local/open-local-host.ts'
