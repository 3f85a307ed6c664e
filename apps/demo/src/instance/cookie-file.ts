import type { Host } from '@x/host'
import type { CookieJar } from '@x/runner/http'
import { parseCookies } from './parse-records.ts'
import { readFileIfThere } from './read-file.ts'

/** Keeps logins in a file 0600. */
export function createCookieFile(host: Host, file: string): CookieJar {
  return {
    read: async () => parseCookies((await readFileIfThere(host, file)) ?? ''),
    write: (logins) => host.files.write(file, JSON.stringify(logins), { mode: 0o600 }),
  }
}
