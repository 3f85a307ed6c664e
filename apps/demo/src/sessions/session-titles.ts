import type { Host } from '@x/host'
import { parseTitles } from '../instance/parse-records.ts'
import { readFileIfThere } from '../instance/read-file.ts'

/** What sessions are called while nothing else of them is there: a file 0600. Only one may be open on a file. */
export class SessionTitles {
  private readonly host: Host
  private readonly file: string
  private readonly titles = new Map<string, string>()
  private writing: Promise<void> = Promise.resolve()

  constructor(host: Host, file: string) {
    this.host = host
    this.file = file
  }

  /** Reads them once. A file that is damaged or not there holds none. */
  async load(): Promise<void> {
    for (const [id, title] of parseTitles((await readFileIfThere(this.host, this.file)) ?? ''))
      this.titles.set(id, title)
  }

  get(id: string): string | undefined {
    return this.titles.get(id)
  }

  /** @throws HostError */
  set(id: string, title: string): Promise<void> {
    this.titles.set(id, title)
    return this.write()
  }

  /** Forgets all but these. @throws HostError */
  async keepOnly(ids: ReadonlySet<string>): Promise<void> {
    const gone = [...this.titles.keys()].filter((id) => !ids.has(id))
    for (const id of gone) this.titles.delete(id)
    if (gone.length > 0) await this.write()
  }

  /** One write after the other: the last one must be the last on disk. */
  private write(): Promise<void> {
    const written = this.writing.then(() =>
      this.host.files.write(this.file, JSON.stringify([...this.titles]), { mode: 0o600 }),
    )
    this.writing = written.catch(() => undefined)
    return written
  }
}
