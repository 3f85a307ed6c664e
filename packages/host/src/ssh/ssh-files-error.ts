import { HostError } from '../errors.ts'
import { fileError } from '../local/file-error.ts'
import type { ScriptResult } from './exec-script.ts'

/** What the C library of Linux says, at the end of a tool's line. dash has words of its own for a missing file. */
const MESSAGES: Readonly<Record<string, string>> = {
  'No such file or directory': 'ENOENT',
  'No such file': 'ENOENT',
  'Directory nonexistent': 'ENOENT',
  'Permission denied': 'EACCES',
  'Operation not permitted': 'EPERM',
  'Read-only file system': 'EROFS',
  'No space left on device': 'ENOSPC',
  'Disk quota exceeded': 'EDQUOT',
  'Quota exceeded': 'EDQUOT',
  'File exists': 'EEXIST',
  'Directory not empty': 'ENOTEMPTY',
  'Not a directory': 'ENOTDIR',
  'Is a directory': 'EISDIR',
  'Invalid cross-device link': 'EXDEV',
  'Cross-device link': 'EXDEV',
  'Too many levels of symbolic links': 'ELOOP',
  'Symbolic link loop': 'ELOOP',
  'File name too long': 'ENAMETOOLONG',
  'Filename too long': 'ENAMETOOLONG',
}

/** The system's name for what a tool complained about first; `undefined` when it is none of those that mean something to us. */
export function errnoOf(stderr: string): string | undefined {
  for (const line of stderr.split('\n')) {
    const code = MESSAGES[line.slice(line.lastIndexOf(': ') + 2).trim()]
    if (code !== undefined) return code
    // `mv` sees by itself what the kernel would have refused.
    if (/ cannot overwrite non-directory .* with directory /.test(line)) return 'ENOTDIR'
    if (/ cannot overwrite directory .* with non-directory/.test(line)) return 'EISDIR'
  }
  return undefined
}

/** What our scripts say when a worker lacks a tool that nothing can take the place of. */
const LACKS_DD = /^no GNU dd on the worker$/m

/** Why an operation on a file failed, as the local one would say it. */
export function workerFileError(result: ScriptResult, verb: string, path: string): HostError {
  const said = result.stderr.trim().slice(-1_000)
  const ending = result.signal ?? `exit code ${String(result.exitCode)}`
  const cause = new Error(said === '' ? ending : said)
  if (LACKS_DD.test(result.stderr))
    return new HostError(
      'unsupported',
      `cannot ${verb} ${path} within a directory: the worker lacks GNU dd, install coreutils there`,
      { cause },
    )
  const code = errnoOf(result.stderr)
  if (code === undefined) return new HostError('io', `cannot ${verb} ${path}: ${cause.message}`, { cause })
  return fileError(Object.assign(cause, { code }), verb, path)
}
