import { open } from 'node:fs/promises'
import path from 'node:path'
import { HostError } from '../errors.ts'
import { isLiteralGlob } from '../glob.ts'
import { findFiles } from '../local/find-files.ts'
import { expandHome } from './expand-home.ts'
import type { ClientConfig, ConfigFile } from './evaluate-config.ts'

/** What an include may hold, and more. */
const MAX_CONFIG_BYTES = 4 * 1024 * 1024

/**
 * Reads the client's config; `file` is the one that the caller names, `false` reads none.
 *
 * As OpenSSH does, it refuses the usual config, and what that includes, when others may write it: it says what is run.
 * @throws HostError `io` when it can't be read; a usual one that is missing is empty
 */
export async function readClientConfig(
  file: string | false | undefined,
  home: string,
): Promise<ClientConfig> {
  if (file === false) return { files: [], include: () => Promise.resolve([]) }
  const isOurs = file === undefined
  const main = expandHome(file ?? '~/.ssh/config', home)
  const found = await readConfigFile(main, isOurs)
  if (found === undefined && !isOurs) throw cannotRead(main, new Error('no such file'))
  return {
    files: found === undefined ? [] : [found],
    async include(pattern) {
      const files: ConfigFile[] = []
      for (const name of await filesOf(expandHome(pattern, home))) {
        const included = await readConfigFile(name, isOurs)
        if (included !== undefined) files.push(included)
      }
      return files
    },
  }
}

/** @returns `undefined` when there is none */
async function readConfigFile(name: string, isChecked: boolean): Promise<ConfigFile | undefined> {
  try {
    const handle = await open(name, 'r')
    try {
      const { size, mode, uid } = await handle.stat()
      const isForeign = uid !== 0 && uid !== process.getuid?.()
      if (isChecked && (isForeign || (mode & 0o022) !== 0))
        throw new HostError('io', `others may write the client config ${name}: chmod go-w it, or own it`)
      if (size > MAX_CONFIG_BYTES) throw new HostError('io', `the client config ${name} is too large`)
      return { name, text: await handle.readFile('utf8') }
    } finally {
      await handle.close()
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error instanceof HostError ? error : cannotRead(name, error)
  }
}

async function filesOf(pattern: string): Promise<readonly string[]> {
  const segments = pattern.split('/')
  const first = segments.findIndex((segment) => !isLiteralGlob(segment))
  if (first < 0) return [pattern]
  const within = segments.slice(0, first).join('/') || '/'
  // Two stars cross no directories here.
  const below = segments.slice(first).map((segment) => segment.replace(/\*+/g, '*'))
  return findFiles(path.posix.normalize(below.join('/')), within).catch((cause: unknown) => {
    throw cannotRead(pattern, cause)
  })
}

function cannotRead(name: string, cause: unknown): HostError {
  return new HostError('io', `cannot read the client config ${name}`, { cause })
}
