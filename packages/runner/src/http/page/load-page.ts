import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { HttpServerError } from '../../errors.ts'
import { FRAMED_HEADERS } from '../security-headers.ts'
import { contentType } from './content-type.ts'

export interface PageFile {
  readonly body: Uint8Array<ArrayBuffer>
  readonly headers: Readonly<Record<string, string>>
}

/** Paths as they stand on the wire, e.g. `/assets/app-1a2b3c4d.js`; `/` is the page itself. */
export type Page = ReadonlyMap<string, PageFile>

/** A build tool's mark of a file whose content never changes under its name. */
const HASHED = /^\/assets\/.+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/
const SERVABLE = /^\/[A-Za-z0-9._/-]+$/

/**
 * Reads a built page whole. What is open without a login is then a list of names, and no request touches the disk.
 * `framed` names files that may stand in a frame of the same origin.
 * @throws HttpServerError `page-missing`
 */
export async function loadPage(webRoot: string, framed: readonly string[] = []): Promise<Page> {
  const page = new Map<string, PageFile>()
  try {
    const entries = await readdir(webRoot, { recursive: true, withFileTypes: true })
    for (const entry of entries) {
      const file = path.join(entry.parentPath, entry.name)
      const name = `/${path.relative(webRoot, file).split(path.sep).join('/')}`
      if (!entry.isFile() || !SERVABLE.test(name)) continue
      page.set(name, { body: new Uint8Array(await readFile(file)), headers: headersOf(name, framed) })
    }
  } catch (cause) {
    throw new HttpServerError('page-missing', `the page at ${webRoot} can't be read`, { cause })
  }
  const index = page.get('/index.html')
  if (!index) throw new HttpServerError('page-missing', `there is no index.html in ${webRoot}`)
  page.set('/', index)
  return page
}

function headersOf(name: string, framed: readonly string[]): PageFile['headers'] {
  const type = {
    'content-type': contentType(path.extname(name).toLowerCase()),
    ...(framed.includes(name) ? FRAMED_HEADERS : {}),
  }
  if (HASHED.test(name)) return { ...type, 'cache-control': 'public, max-age=31536000, immutable' }
  return { ...type, 'cache-control': 'no-store' }
}
