/** How much an archive may make of a machine. What is more is refused before it is written. */
export interface ArchiveLimits {
  /** Bytes of all files together, holes of sparse files counted. @default 64 GiB */
  readonly maxBytes?: number
  /**
   * Entries, counted with headers that only describe others, deletions, and directories that no entry names. The names
   * and what symlinks point to may have 256 bytes for each on average, or a mebibyte altogether. @default 1_000_000
   */
  readonly maxEntries?: number
  /** Bytes of one path, and of what a link points to. @default 4_000 */
  readonly maxNameBytes?: number
  /**
   * How many times larger than the compressed stream the archive may be. The first 256 MiB are not measured: a file of
   * zeros shrinks a ten thousand times and harms nobody while it is small.
   * @default 20_000
   */
  readonly maxRatio?: number
}

/** @throws TypeError for a limit that is no whole number above 0 */
export function resolveLimits(limits: ArchiveLimits = {}): Required<ArchiveLimits> {
  const { maxBytes = 64 * 2 ** 30, maxEntries = 1_000_000, maxNameBytes = 4_000, maxRatio = 20_000 } = limits
  const all = { maxBytes, maxEntries, maxNameBytes, maxRatio }
  for (const [name, value] of Object.entries(all)) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw new TypeError(`expected ${name} to be a whole number >= 1, got ${value}`)
  }
  return all
}
