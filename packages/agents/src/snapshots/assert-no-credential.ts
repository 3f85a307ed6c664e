import type { Host, Manifest } from '@x/host'
import { SnapshotError } from './snapshot-error.ts'

/** Says `device:inode` of each path that is there. GNU and busybox know it. */
const SCRIPT = 'for path; do stat -c %d:%i -- "$path" 2>/dev/null; done; exit 0'

/**
 * Refuses a directory in which something that would be kept is another name of a credential: an allow-list looks at
 * names alone, and a file may have several.
 * @param manifest of what would be kept
 * @param credentials relative to `directory`
 * @throws SnapshotError `credential-inside`
 */
export async function assertNoCredential(
  host: Host,
  directory: string,
  manifest: Manifest,
  credentials: readonly string[],
): Promise<void> {
  if (credentials.length === 0) return
  const linked = new Map<string, string>()
  for (const { path, type, links, inode } of manifest.entries())
    if (type === 'file' && links > 1) linked.set(inode, path)
  if (linked.size === 0) return
  const paths = credentials.map((path) => `./${path}`)
  const { stdout } = await host.exec(['sh', '-c', SCRIPT, 'sh', ...paths], { cwd: directory })
  for (const inode of stdout.split('\n')) {
    const path = linked.get(inode)
    if (path === undefined) continue
    const entry = Buffer.from(path, 'latin1').toString('utf8')
    throw new SnapshotError('credential-inside', `${entry} is another name of a credential`, { entry })
  }
}
