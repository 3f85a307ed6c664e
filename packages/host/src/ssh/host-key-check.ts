import { mkdir, open, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { ServerHostKeyAlgorithm } from 'ssh2'
import { HostError } from '../errors.ts'
import type { SshDestination } from './client-config.ts'
import {
  fingerprint,
  hasAuthority,
  judgeHostKey,
  keyType,
  knownHostLine,
  knownKeyTypes,
  parseKnownHosts,
  type KnownHost,
} from './known-hosts.ts'

const SYSTEM_FILE = '/etc/ssh/ssh_known_hosts'

/** Every kind of host key that we take; none that is signed with SHA-1. */
const ALGORITHMS: readonly ServerHostKeyAlgorithm[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
]

/** Decides whether a machine is the one that it should be, by the known-hosts files as they were when it was made. */
export interface HostKeyCheck {
  /** What the machine is asked for: the types by which it is known come first, since it has a key of each. */
  readonly algorithms: ServerHostKeyAlgorithm[]
  /** Resolves when the key is trusted. @throws HostError `unknown-host-key`, `host-key-changed`, `host-key-revoked` */
  verify(key: Buffer): Promise<void>
}

/** @param files where keys are known; a new one goes to the first */
export async function createHostKeyCheck(
  { hostKeyName: name, strictness }: Pick<SshDestination, 'hostKeyName' | 'strictness'>,
  files: readonly string[],
  acceptNew: boolean,
): Promise<HostKeyCheck> {
  const known = (await Promise.all([...files, SYSTEM_FILE].map(readKnownHosts))).flat()
  const isKnownBy = new Set(knownKeyTypes(known, name).flatMap((type) => (type === 'ssh-rsa' ? RSA : [type])))
  const algorithms = [...ALGORITHMS].sort((a, b) => Number(isKnownBy.has(b)) - Number(isKnownBy.has(a)))
  return {
    algorithms,
    async verify(key) {
      const verdict = judgeHostKey(known, name, key)
      if (verdict === 'known') return
      if (verdict === 'unknown' && acceptNew && files[0] !== undefined)
        return addKnownHost(files[0], name, key)
      if (verdict === 'unknown')
        throw unknownKey(name, key, files[0] ?? SYSTEM_FILE, hintOf(strictness, hasAuthority(known, name)))
      throw refusal(verdict, name, key, files[0] ?? SYSTEM_FILE)
    },
  }
}

/** The type of an RSA key is not the name of what it signs with. */
const RSA: readonly string[] = ['rsa-sha2-512', 'rsa-sha2-256']

function refusal(verdict: 'changed' | 'revoked', name: string, key: Buffer, file: string): HostError {
  const shown = `${keyType(key)} ${fingerprint(key)}`
  if (verdict === 'revoked')
    return new HostError(
      'host-key-revoked',
      `${name} shows a key that was revoked (${shown}): do not connect`,
    )
  const remedy = `if the machine was set up anew, remove its old key: ssh-keygen -R '${name}' -f '${file}'`
  return new HostError(
    'host-key-changed',
    `${name} shows another key (${shown}) than ${file} knows: somebody may stand in between; ${remedy}`,
  )
}

function unknownKey(name: string, key: Buffer, file: string, hint: string): HostError {
  const remedy = `compare it with the machine's own, then add it to ${file} (ssh-keyscan) or open with acceptNew`
  const shown = `${keyType(key)} ${fingerprint(key)}`
  return new HostError('unknown-host-key', `the key of ${name} is not known: ${shown}${hint}; ${remedy}`)
}

/** Why it is not known to us, while it may be to OpenSSH. */
function hintOf(strictness: SshDestination['strictness'], isCertified: boolean): string {
  if (isCertified)
    return ' (the known hosts have only an authority for it: host certificates are not understood)'
  return strictness === 'off' ? ' (StrictHostKeyChecking no is not followed: it would trust anybody)' : ''
}

async function readKnownHosts(file: string): Promise<readonly KnownHost[]> {
  try {
    return parseKnownHosts(await readFile(file, 'latin1'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    // A file that can't be read may hold the very line that revokes the key.
    throw new HostError('io', `cannot read the known hosts in ${file}`, { cause: error })
  }
}

/** One write at the end of the file: two that add at once do not mix, and a reader sees a whole line or none. */
async function addKnownHost(file: string, name: string, key: Buffer): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
    const handle = await open(file, 'a+', 0o600)
    try {
      const { size } = await handle.stat()
      const last = size === 0 ? '\n' : (await handle.read(Buffer.alloc(1), 0, 1, size - 1)).buffer.toString()
      await handle.appendFile((last === '\n' ? '' : '\n') + knownHostLine(name, key))
      await handle.sync()
    } finally {
      await handle.close()
    }
  } catch (error) {
    throw new HostError('io', `cannot add the key of ${name} to ${file}`, { cause: error })
  }
}
