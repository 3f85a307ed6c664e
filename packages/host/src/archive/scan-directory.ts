import { HostError } from '../errors.ts'
import type { ArchiveHost } from './archive-host.ts'
import { listArgv, ListingCutter, type Exclude } from './listing.ts'
import { LineManifest } from './manifest.ts'
import { assertExit, readLines, startProgram } from './run-program.ts'
import { workerTools } from './worker-tools.ts'

export interface ScanOptions {
  readonly exclude?: Exclude
  /** Names the manifest. @default a new name */
  readonly id?: string
  readonly signal?: AbortSignal | undefined
}

/**
 * Lists a directory of the machine, links not followed: files, directories and symlinks; sockets, FIFOs and devices are
 * no part of an archive. Memory grows with the number of entries, some 150 bytes each.
 * @throws HostError `not-found`, `not-a-directory`, `permission-denied` when a part of it cannot be read
 */
export async function scanDirectory(
  host: ArchiveHost,
  directory: string,
  options: ScanOptions = {},
): Promise<LineManifest> {
  const { exclude, id, signal } = options
  await assertDirectory(host, directory)
  const { find } = await workerTools(host, signal)
  await using program = await startProgram(host, listArgv(find), { cwd: directory, signal })
  const complaints: string[] = []
  const said = readLines(program.stderr, (line) => {
    if (complaints.length < 5) complaints.push(line)
  })
  const cutter = new ListingCutter(find, exclude === undefined ? {} : { exclude })
  for await (const chunk of program.stdout) cutter.add(chunk as Buffer)
  const lines = cutter.end()
  const exit = await program.exited
  await said
  signal?.throwIfAborted()
  assertExit('cannot list the directory', exit, complaints.join('; '))
  return new LineManifest(lines.sort(), id)
}

async function assertDirectory(host: ArchiveHost, directory: string): Promise<void> {
  const stat = await host.files.stat(directory)
  if (stat === undefined) throw new HostError('not-found', `there is no directory ${directory}`)
  if (stat.type !== 'directory') throw new HostError('not-a-directory', `not a directory: ${directory}`)
}
