/**
 * Milliseconds of processor time that this process spends on `work`: what a busy machine takes away does not count, so
 * that an algorithm whose time grows with the square of its input is told from a slow moment.
 */
export function cpuTime(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}
