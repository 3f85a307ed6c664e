import { access, readFile } from 'node:fs/promises'
import ssh2 from 'ssh2'
import type { AnyAuthMethod } from 'ssh2'
import { HostError } from '../errors.ts'
import type { SshDestination } from './client-config.ts'

/** What OpenSSH tries when nothing is said. */
const DEFAULT_NAMES = ['id_ed25519', 'id_ecdsa', 'id_rsa']

export interface Credentials {
  /** In the order in which they are tried. */
  readonly methods: readonly AnyAuthMethod[]
  /** For the message when none is taken: what was tried, and what could not be. Holds no secret. */
  readonly tried: readonly string[]
}

export interface CredentialOptions {
  /** Absolute paths that must be readable. */
  readonly identityFiles: readonly string[]
  readonly passphrase: string | undefined
  /** Path of the agent's socket. */
  readonly agent: string | undefined
  readonly home: string
}

/**
 * Gathers the keys for one login: the caller's files, those of the config, the agent, and then the usual files.
 * @throws HostError `auth-failed` when a file of the caller can't be used
 */
export async function gatherCredentials(
  { user, identityFiles, identitiesOnly }: SshDestination,
  { identityFiles: demanded, passphrase, agent, home }: CredentialOptions,
): Promise<Credentials> {
  const methods: AnyAuthMethod[] = []
  const tried: string[] = []
  const add = async (file: string, isDemanded: boolean) => {
    const key = await readKey(file, passphrase)
    if (typeof key !== 'string') methods.push({ type: 'publickey', username: user, key: key.parsed })
    else if (isDemanded) throw new HostError('auth-failed', `cannot use the key ${file}: ${key}`)
    if (key !== MISSING) tried.push(typeof key === 'string' ? `${file} (${key})` : file)
  }
  for (const file of demanded) await add(file, true)
  for (const file of identityFiles) await add(file, false)
  const isNamed = demanded.length + identityFiles.length > 0
  if (agent !== undefined && (await isThere(agent))) {
    const usual = isNamed ? [] : DEFAULT_NAMES.map((name) => `${home}/.ssh/${name}`)
    const named = identitiesOnly ? await publicKeys([...demanded, ...identityFiles, ...usual]) : undefined
    methods.push({ type: 'agent', username: user, agent: named ? new NamedKeysAgent(agent, named) : agent })
    tried.push(`the agent at ${agent}`)
  } else if (agent !== undefined) {
    tried.push(`the agent at ${agent} (no such socket)`)
  }
  if (!isNamed) for (const name of DEFAULT_NAMES) await add(`${home}/.ssh/${name}`, false)
  return { methods, tried }
}

const MISSING = 'no such file'

/** The key, or why there is none. */
async function readKey(
  file: string,
  passphrase: string | undefined,
): Promise<{ readonly parsed: ssh2.ParsedKey } | string> {
  let data: Buffer
  try {
    data = await readFile(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? MISSING : `${String(code)}: cannot be read`
  }
  const parsed = ssh2.utils.parseKey(data, passphrase)
  if (!(parsed instanceof Error)) return parsed.isPrivateKey() ? { parsed } : 'not a private key'
  const isEncrypted = /encrypted|passphrase|decrypt|integrity/i.test(parsed.message)
  if (!isEncrypted) return 'not a key that can be read'
  return passphrase === undefined
    ? 'encrypted: give its passphrase, or load it into an agent'
    : 'encrypted, and the passphrase does not open it'
}

/** An agent of which only those keys are asked for that identity files name: a server cuts off who tries too many. */
class NamedKeysAgent extends ssh2.OpenSSHAgent {
  readonly #keys: readonly Buffer[]

  constructor(socket: string, keys: readonly Buffer[]) {
    super(socket)
    this.#keys = keys
  }

  override getIdentities(done: ssh2.IdentityCallback<ssh2.ParsedKey>): void {
    super.getIdentities((error, found) => {
      done(
        error,
        found?.filter(
          (key) => 'getPublicSSH' in key && this.#keys.some((named) => named.equals(key.getPublicSSH())),
        ),
      )
    })
  }
}

/** Of each file its public half: beside it, in it, or the file itself is one. */
async function publicKeys(files: readonly string[]): Promise<readonly Buffer[]> {
  const found: Buffer[] = []
  for (const file of files) {
    for (const name of [`${file}.pub`, file]) {
      const data = await readFile(name).catch(() => undefined)
      const parsed = data === undefined ? undefined : ssh2.utils.parseKey(data)
      if (parsed === undefined || parsed instanceof Error) continue
      found.push(parsed.getPublicSSH())
      break
    }
  }
  return found
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}
