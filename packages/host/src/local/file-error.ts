import { HostError, type HostErrorCode } from '../errors.ts'

const CODES: Readonly<Record<string, HostErrorCode>> = {
  ENOENT: 'not-found',
  EACCES: 'permission-denied',
  EPERM: 'permission-denied',
  EROFS: 'permission-denied',
  ENOSPC: 'no-space',
  EDQUOT: 'no-space',
  EEXIST: 'already-exists',
  ENOTEMPTY: 'already-exists',
  ENOTDIR: 'not-a-directory',
}

/** What the file system said, as a `HostError`; an error that is one already stays as it is. */
export function fileError(error: unknown, verb: string, path: string): HostError {
  if (error instanceof HostError) return error
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? 'failed'
  return new HostError(CODES[code] ?? 'io', `${code}: cannot ${verb} ${path}`, { cause: error })
}
