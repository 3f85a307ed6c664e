import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { matchesAnyPattern } from './host-pattern.ts'

/** A line of a known-hosts file that says something about a key. */
export interface KnownHost {
  readonly isRevoked: boolean
  /** The key does not stand for a machine: it signs the certificates of machines. */
  readonly isAuthority: boolean
  /** The first field: names with `*`, `?` and `!`, parted by commas, or one hashed name. */
  readonly hosts: string
  /** As on the wire. */
  readonly key: Buffer
}

/** What known-hosts files say about a key that a machine shows. */
export type HostKeyVerdict = 'known' | 'unknown' | 'changed' | 'revoked'

/**
 * Reads a known-hosts file. What can't be read as a line is left out, as OpenSSH does.
 * @see https://man.openbsd.org/sshd.8#SSH_KNOWN_HOSTS_FILE_FORMAT
 */
export function parseKnownHosts(text: string): readonly KnownHost[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.trim().split(/[ \t]+/)
    if (fields[0] === '' || fields[0]?.startsWith('#')) return []
    const marker = fields[0]?.startsWith('@') ? fields.shift() : undefined
    const [hosts, type, encoded] = fields
    if (hosts === undefined || type === undefined || encoded === undefined) return []
    if (marker !== undefined && marker !== '@revoked' && marker !== '@cert-authority') return []
    const key = Buffer.from(encoded, 'base64')
    if (keyType(key) !== type) return []
    return [{ isRevoked: marker === '@revoked', isAuthority: marker === '@cert-authority', hosts, key }]
  })
}

/**
 * Judges the key that a machine shows. A machine may have several keys; one that none of its lines has is `changed`,
 * whatever its type. An authority makes none known: certificates are not understood. `revoked` counts most, and for every machine that its line names.
 */
export function judgeHostKey(known: readonly KnownHost[], name: string, key: Buffer): HostKeyVerdict {
  const lines = known.filter(({ hosts }) => namesHost(hosts, name))
  if (lines.some((line) => line.isRevoked && line.key.equals(key))) return 'revoked'
  const trusted = lines.filter(isPlain)
  if (trusted.some((line) => line.key.equals(key))) return 'known'
  return trusted.length === 0 ? 'unknown' : 'changed'
}

/** The types of key by which a machine is known: it should be asked for one of these first. */
export function knownKeyTypes(known: readonly KnownHost[], name: string): readonly string[] {
  return known.filter((line) => isPlain(line) && namesHost(line.hosts, name)).map(({ key }) => keyType(key))
}

/** The machine is to prove itself by a certificate, which we do not understand. */
export function hasAuthority(known: readonly KnownHost[], name: string): boolean {
  return known.some((line) => line.isAuthority && namesHost(line.hosts, name))
}

function isPlain({ isRevoked, isAuthority }: KnownHost): boolean {
  return !isRevoked && !isAuthority
}

/** As `ssh-keygen -lf` shows it: `SHA256:...`. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** The line that makes a machine known. */
export function knownHostLine(name: string, key: Buffer): string {
  return `${name} ${keyType(key)} ${key.toString('base64')}\n`
}

/** The first string of a public key: a length in four bytes, then the name of its type. */
export function keyType(key: Buffer): string {
  if (key.length < 4) return ''
  return key.toString('latin1', 4, 4 + key.readUInt32BE(0))
}

function namesHost(hosts: string, name: string): boolean {
  if (hosts.startsWith('|')) return isHashOf(hosts, name)
  return matchesAnyPattern(hosts.toLowerCase().split(','), name)
}

/** `|1|salt|hash`: the hash is an HMAC-SHA1 of the name, keyed by the salt. */
function isHashOf(hosts: string, name: string): boolean {
  const [, version, salt, hash] = hosts.split('|')
  if (version !== '1' || salt === undefined || hash === undefined) return false
  const expected = Buffer.from(hash, 'base64')
  const actual = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest()
  return expected.length === actual.length && timingSafeEqual(expected, actual)
}
