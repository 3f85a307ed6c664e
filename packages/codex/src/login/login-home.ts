import { createHash, randomBytes } from 'node:crypto'
import path from 'node:path'
import { DisposeStack, type Host } from '@x/host'

/** A directory in which nobody but one login ever works. */
export interface LoginHome extends AsyncDisposable {
  readonly directory: string
  /** `$HOME` of Codex, and the home that is captured. */
  readonly home: string
  /** The whole environment of Codex there. */
  readonly env: Readonly<Record<'HOME' | 'CODEX_HOME' | 'TMPDIR' | 'PATH' | 'LANG', string>>
}

/**
 * Waits until we end, in any way. When the home is there then, we have died: it is removed, and again for as long as a
 * Codex that is being ended may write to it. What ends our processes signals the keeper too, which heeds none that it
 * can refuse, and leaves the work to one in a session of its own.
 */
const KEEPER = `
trap '' TERM HUP INT PIPE
cat >/dev/null
for home in "$1"/*."$2"; do [ -e "$home" ] || exit 0; done
remove='left=30; while [ "$left" -gt 0 ]; do rm -rf -- "$1"; sleep 0.1; left=$((left - 1)); done'
apart=
command -v setsid >/dev/null && apart=setsid
$apart sh -c "$remove" remove "$home" </dev/null >/dev/null 2>&1 &
`

/**
 * Makes a home for one login, 0700. Disposing removes it with all that is in it; when our process dies without that, a
 * keeper on the host does.
 *
 * It bears the name of the keeper, and there is no moment at which it lies there without: so where the keeper has died
 * too, whoever comes next knows what nobody uses any more, and removes that.
 * @throws HostError
 */
export async function openLoginHome(host: Host, stateDir: string): Promise<LoginHome> {
  const all = path.posix.join(stateDir, 'logins')
  await sweepLoginHomes(host, all)
  await using opening = new DisposeStack()
  const token = randomBytes(8).toString('hex')
  const keeper = await host.spawn(['sh', '-c', KEEPER, 'keeper', all, token], { stdin: 'pipe', cwd: '/' })
  opening.defer(async () => {
    keeper.stdin?.end()
    await keeper.exited
    await keeper.close()
  })
  const identity = await host.identify(keeper.pid)
  const name = [keeper.pid, identity?.startTime ?? '0', bootOf(host), token].join('.')
  const directory = path.posix.join(all, name)
  opening.defer(() => host.files.remove(directory))
  const home = path.posix.join(directory, 'home')
  const env = {
    HOME: home,
    CODEX_HOME: path.posix.join(home, '.codex'),
    TMPDIR: path.posix.join(directory, 'tmp'),
    PATH: host.facts.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: host.facts.env.LANG ?? 'C.UTF-8',
  }
  for (const made of [env.CODEX_HOME, env.TMPDIR]) await host.files.makeDirectory(made, { mode: 0o700 })
  const opened = opening.move()
  return { directory, home, env, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() }
}

/** Removes what logins have left whose process is gone. What can't be removed stays for the next. */
export async function sweepLoginHomes(host: Host, all: string): Promise<void> {
  const names = await host.files.list(all).catch(() => [])
  for (const name of names) {
    const [pid = '', startTime, boot] = name.split('.')
    const isOurs = /^\d{1,10}$/.test(pid) && Number(pid) > 1 && boot === bootOf(host)
    const living = isOurs ? await host.identify(Number(pid)) : undefined
    if (living?.startTime === startTime && living !== undefined) continue
    await host.files.remove(path.posix.join(all, name)).catch(() => undefined)
  }
}

function bootOf(host: Host): string {
  return createHash('sha256').update(host.facts.bootId).digest('hex').slice(0, 12)
}
