import type { Manifest, ManifestEntry } from '@x/host'

/** Bytes of the files that an archive of `now` over `base` must hold. */
export function changedBytes(base: Manifest, now: Manifest): number {
  const before = base.entries()
  let old = before.next()
  let bytes = 0
  // Both are in the order of their paths.
  for (const entry of now.entries()) {
    while (old.done !== true && old.value.path < entry.path) old = before.next()
    if (entry.type !== 'file') continue
    if (old.done !== true && old.value.path === entry.path && isSame(old.value, entry)) continue
    bytes += entry.size
  }
  return bytes
}

function isSame(one: ManifestEntry, other: ManifestEntry): boolean {
  return (
    one.type === other.type &&
    one.size === other.size &&
    one.mtime === other.mtime &&
    one.ctime === other.ctime &&
    one.inode === other.inode
  )
}
