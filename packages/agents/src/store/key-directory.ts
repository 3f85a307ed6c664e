import { createHash, randomBytes } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { defaultKeyDirectory } from './env.ts'
import type { KeyProvider, StoreKey } from './key-provider.ts'
import { StoreError } from './store-error.ts'

const KEY_FILE = /^(\d{4,})\.key$/

export interface KeyDirectory extends KeyProvider {
  /** Absolute. Nothing that an agent runs may read below it. */
  readonly path: string
  /** Makes a new key the current one; the earlier ones stay. Then `store.rewrap()`, and only then remove old files. */
  readonly rotate: () => Promise<StoreKey>
}

/**
 * Keys as files `0001.key`, `0002.key`, ... of mode 0600 in a directory of mode 0700; the highest number is current.
 * A file is never changed. The first is made when it is needed; of several processes that make one at the same time,
 * all use the one that was there first. Nothing is touched before the first use.
 *
 * Back it up apart from the store: without these files, what is in the store can't be read by anyone.
 * @param options.path absolute. @default `$XDG_CONFIG_HOME/x/keys`, else `~/.config/x/keys`
 * @throws TypeError for a relative path; its functions throw StoreError `unsafe-key`, `corrupt`, `unwritable`
 */
export function openKeyDirectory(options: { readonly path?: string } = {}): KeyDirectory {
  const { path: directory = defaultKeyDirectory() } = options
  if (!path.isAbsolute(directory)) throw new TypeError(`expected an absolute path, got ${directory}`)
  return {
    path: directory,
    async current() {
      const number = (await numbersIn(directory)).at(-1)
      return number === undefined ? makeKey(directory, 1) : readKey(directory, number)
    },
    async find(id) {
      const number = Number(/^(\d{4,})-/.exec(id)?.[1] ?? Number.NaN)
      if (!(await numbersIn(directory)).includes(number)) return undefined
      const key = await readKey(directory, number)
      return key.id === id ? key : undefined
    },
    async rotate() {
      const newest = (await numbersIn(directory)).at(-1) ?? 0
      return makeKey(directory, newest + 1)
    },
  }
}

async function numbersIn(directory: string): Promise<number[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    if (isCode(error, 'ENOENT')) return []
    throw new StoreError('unsafe-key', `the key directory ${directory} can't be read`, { cause: error })
  })
  return names
    .flatMap((name) => KEY_FILE.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
}

/** A whole file is linked into place: no reader sees a part of it, and of two makers one succeeds. */
async function makeKey(directory: string, number: number): Promise<StoreKey> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const temporary = path.join(directory, `.${randomBytes(8).toString('hex')}.tmp`)
    try {
      await writeDurably(temporary, `${randomBytes(32).toString('base64')}\n`)
      await link(temporary, fileOf(directory, number)).catch((error: unknown) => {
        if (!isCode(error, 'EEXIST')) throw error
      })
    } finally {
      await rm(temporary, { force: true })
    }
    await syncDirectory(directory)
  } catch (cause) {
    throw new StoreError('unwritable', `no key can be made in ${directory}`, { cause })
  }
  return readKey(directory, number)
}

async function readKey(directory: string, number: number): Promise<StoreKey> {
  const file = fileOf(directory, number)
  const { mode } = await stat(file)
  // Windows has no such bits.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new StoreError('unsafe-key', `others may read ${file}; chmod 600 it, and think about a new key`)
  const key = Buffer.from((await readFile(file, 'latin1')).trim(), 'base64')
  if (key.length !== 32) throw new StoreError('corrupt', `${file} holds no key of 32 bytes`)
  const digest = createHash('sha256').update('x store key id 1').update(key).digest('hex').slice(0, 12)
  return { id: `${numeral(number)}-${digest}`, key }
}

async function writeDurably(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

function fileOf(directory: string, number: number): string {
  return path.join(directory, `${numeral(number)}.key`)
}

function numeral(number: number): string {
  return String(number).padStart(4, '0')
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
