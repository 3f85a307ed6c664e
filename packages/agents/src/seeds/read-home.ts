import path from 'node:path'
import { HostError, type Host } from '@x/host'
import { maxBytesOf, type SeedFile, type SeedFiles, type SeedFlaw, type SeedManifest } from './manifest.ts'
import { SeedError } from './seed-error.ts'

const CODE = { 'half-written': 'half-written', 'logged-out': 'not-logged-in', unusable: 'unusable' } as const

/**
 * Reads the files of a login from an agent's home, each once; what is checked is what comes back.
 * @param only those of that kind; the others are left out
 * @throws SeedError `not-logged-in`, `half-written`, `unusable`, `unsafe`, each with the `file`
 * @throws HostError when the machine fails
 */
export async function readHome(
  host: Host,
  home: string,
  manifest: SeedManifest,
  only?: SeedFile['kind'],
): Promise<SeedFiles> {
  const files = new Map<string, Uint8Array>()
  for (const file of manifest.files) {
    if (only !== undefined && file.kind !== only) continue
    const bytes = await readFile(host, home, file)
    if (bytes === undefined) continue
    assertUsable(file, bytes)
    files.set(file.path, file.pick && file.kind === 'configuration' ? picked(file, bytes) : bytes)
  }
  return files
}

/** @throws SeedError `not-logged-in`, `half-written`, `unusable`, `unsafe` */
export function assertUsable(file: SeedFile, bytes: Uint8Array): void {
  if (bytes.length > maxBytesOf(file)) throw unsafe(file, `has more than ${maxBytesOf(file)} bytes`)
  const flaw = flawOf(file, bytes)
  if (flaw) throw new SeedError(CODE[flaw.kind], `${file.path} ${flaw.reason}`, { file: file.path })
}

/** @throws SeedError `unusable` */
export function picked(file: SeedFile, bytes: Uint8Array): Uint8Array {
  try {
    return file.pick ? file.pick(bytes) : bytes
  } catch {
    throw new SeedError('unusable', `${file.path} can't be read`, { file: file.path })
  }
}

async function readFile(host: Host, home: string, file: SeedFile): Promise<Uint8Array | undefined> {
  try {
    const at = path.posix.join(home, file.path)
    return await host.files.read(at, { within: home, maxBytes: maxBytesOf(file) })
  } catch (error) {
    const code = error instanceof HostError ? error.code : undefined
    if (code === 'not-found' || code === 'not-a-directory') {
      if (file.required !== true) return undefined
      throw new SeedError('not-logged-in', `${file.path} is missing`, { file: file.path, cause: error })
    }
    if (code === 'outside') throw unsafe(file, 'leads out of the home', error)
    if (code === 'too-large') throw unsafe(file, `has more than ${maxBytesOf(file)} bytes`, error)
    if (code === 'io' && (await isNoFile(host, home, file))) throw unsafe(file, 'is no regular file', error)
    throw error
  }
}

async function isNoFile(host: Host, home: string, file: SeedFile): Promise<boolean> {
  const found = await host.files.stat(path.posix.join(home, file.path), { within: home })
  return found !== undefined && found.type !== 'file'
}

function flawOf(file: SeedFile, bytes: Uint8Array): SeedFlaw | undefined {
  try {
    return file.check?.(bytes)
  } catch {
    return { kind: 'unusable', reason: "can't be read" }
  }
}

function unsafe(file: SeedFile, reason: string, cause?: unknown): SeedError {
  return new SeedError('unsafe', `${file.path} ${reason}`, { file: file.path, cause })
}
