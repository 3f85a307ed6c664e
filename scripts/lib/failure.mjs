/** A step that could not be done, told as a cause and a remedy; shown without a stack. */
export class StepFailure extends Error {
  name = 'StepFailure'
}

/** The sources do not build; everything that needs no build still works. */
export class BuildFailure extends StepFailure {
  name = 'BuildFailure'
}

/** Ends the process as a person expects: one readable message for what we foresaw, a stack for what we did not. */
export function reportAndExit(error) {
  if (error instanceof Interrupted) process.exit(error.exitCode)
  const foreseen = error instanceof StepFailure || typeof error?.code === 'string'
  console.error(foreseen ? `x: ${explain(String(error.message))}` : error)
  process.exit(1)
}

/** A person pressed Ctrl-C or a manager asked us to end; what ran was ended first. */
export class Interrupted extends Error {
  constructor(signal) {
    super(`interrupted by ${signal}`)
    this.exitCode = signal === 'SIGINT' ? 130 : 143
  }
}

const REMEDIES = [
  [/ENOSPC|no space left/i, 'The disk is full: free some space and run the same command again.'],
  [/EDQUOT|quota exceeded/i, 'Your disk quota is used up: free some space and run the same command again.'],
  [
    /EROFS|read-only file system/i,
    'The checkout is read-only: make it writable or clone it to a directory that is.',
  ],
  [
    /EACCES|EPERM|permission denied/i,
    'A file cannot be written by this user: run the command as the owner of the checkout, or give the checkout to this user.',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|META_FETCH_FAIL|fetch failed/i,
    'The package registry cannot be reached: check the network, a proxy, and `npm config get registry`, then run the same command again.',
  ],
  [
    /OUTDATED_LOCKFILE/,
    'pnpm-lock.yaml does not match a package.json: run `pnpm install` (without --frozen-lockfile) and keep the new lockfile.',
  ],
  [
    /ENOMEM|heap out of memory|Cannot allocate memory/i,
    'The machine ran out of memory: close something and try again.',
  ],
]

/** `text` and, when its cause is a known one, what to do about it in front. */
export function explain(text) {
  const remedy = REMEDIES.find(([pattern]) => pattern.test(text))?.[1]
  return remedy === undefined ? text : `${remedy}\n${withoutNoise(text)}`
}

const NOISE =
  /^(npm error|\s)*\s+at |Will retry in|A complete log of this run|^(npm error)?\s*$|^(Progress|Packages|Scope): |^\++$/

/** A known cause needs no stack and no list of attempts. */
function withoutNoise(text) {
  const lines = text.split('\n').filter((line) => !NOISE.test(line))
  return lines.length <= 12 ? lines.join('\n') : [...lines.slice(0, 11), '...'].join('\n')
}
