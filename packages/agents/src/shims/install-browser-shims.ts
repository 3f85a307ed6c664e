import type { Host } from '@x/host'
import type { KeywordFeatures } from '../keywords/features.ts'
import { renderBrowserStub } from './browser-stub.ts'

/** What programs call to open an address, and browsers themselves: some are started where no helper is found. */
export const BROWSER_STUBS: readonly string[] = [
  'xdg-open',
  'gio',
  'open',
  'sensible-browser',
  'www-browser',
  'x-www-browser',
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'google-chrome-beta',
  'firefox',
]

const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin'

export interface BrowserShimOptions {
  /** Where the stubs are to lie on the host, absolute; for nothing else, and outside of the work directory. */
  readonly directory: string
  /** The agent's log on the host, absolute. */
  readonly log: string
  readonly mode: KeywordFeatures['browser']
  /** What the agent's environment is without the shims. @default the host's `PATH`, and no `DISPLAY` */
  readonly env?: Readonly<Partial<Record<string, string>>>
}

/** What goes into the agent's environment, over what is there. */
export interface BrowserShims {
  readonly env: Readonly<Record<'BROWSER' | 'PATH' | 'DISPLAY', string>>
}

/**
 * Puts programs into the agent's way to a browser: with `suppress` they open nothing, with `redirect` they write each
 * address to the agent's log. `undefined` with `ignore`, and nothing is written. Installing again replaces them.
 * @throws TypeError for a directory that no `PATH` can hold @throws HostError when the host refuses a file
 */
export async function installBrowserShims(
  host: Host,
  options: BrowserShimOptions,
): Promise<BrowserShims | undefined> {
  const { directory, log, mode, env = {} } = options
  if (mode === 'ignore') return undefined
  if (directory.includes(':')) throw new TypeError(`expected a directory without a colon, got ${directory}`)
  const path = env['PATH'] ?? host.facts.env.PATH ?? DEFAULT_PATH
  const stub = renderBrowserStub({ mode, log, path })
  await host.files.makeDirectory(directory, { mode: 0o755 })
  await Promise.all(
    BROWSER_STUBS.map((name) => host.files.write(`${directory}/${name}`, stub, { mode: 0o755 })),
  )
  const opener = `${directory}/xdg-open`
  return {
    env: {
      // Many programs split it at blanks; its name is enough, since the directory comes first.
      BROWSER: /\s/.test(directory) ? 'xdg-open' : opener,
      PATH: `${directory}:${path}`,
      // Programs that see no display do not even try to open a browser.
      DISPLAY: env['DISPLAY'] ?? ':0',
    },
  }
}
