import path from 'node:path'
import { openKeyDirectory } from '@x/agents/store'
import type { Host } from '@x/host'
import type { PermissionPlaces } from './render-permissions.ts'
import { SECRETS_OF_A_HOME, SECRETS_OF_A_MACHINE } from './posture.ts'

/**
 * Prints where each argument leads, links followed; one that leads nowhere stays as it is. In one program where `readlink`
 * is GNU's: one for each takes longer than all else that is done on a machine before Codex starts.
 */
const SCRIPT = `
said=$(readlink -m -- "$@" 2>/dev/null) && printf '%s\\n' "$said" && exit
for place do readlink -f -- "$place" || printf '%s\\n' "$place"; done`

/**
 * The home of the account and its secrets where they really lie: no command can be run under a profile that denies a
 * link, and a grant of what a link leads to would open it. So are `hidden`, and the keys of stores: where this process
 * has them by default, which `$XDG_CONFIG_HOME` decides.
 * @throws HostError when the host can't be asked
 */
export async function accountPlaces(
  host: Host,
  hidden: readonly string[] = [],
): Promise<Required<Pick<PermissionPlaces, 'accountHome' | 'secrets'>>> {
  const { home } = host.facts
  const ours = await foundOn(host, [path.dirname(openKeyDirectory().path), ...hidden])
  const wanted = [home, ...SECRETS_OF_A_MACHINE, ...secretsOfHome(home), ...ours]
  const { stdout } = await host.exec(['/bin/sh', '-c', SCRIPT, 'places', ...wanted], { cwd: '/' })
  const [accountHome, ...secrets] = stdout.split('\n').slice(0, -1)
  return accountHome !== undefined && secrets.length === wanted.length - 1
    ? { accountHome, secrets }
    : { accountHome: home, secrets: wanted.slice(1) }
}

/** Paths of this machine say something about another one only when they are there, too. */
async function foundOn(host: Host, places: readonly string[]): Promise<readonly string[]> {
  if (host.name === 'local') return places
  // What can't be looked at may be there.
  const found = await Promise.all(
    places.map((place) =>
      host.files.stat(place).then(
        (stat) => stat !== undefined,
        () => true,
      ),
    ),
  )
  return places.filter((_, n) => found[n])
}

/** What is hidden from commands, as far as it is the account's and the machine's. */
export function secretsOf({ accountHome, secrets }: PermissionPlaces): readonly string[] {
  return secrets ?? [...SECRETS_OF_A_MACHINE, ...secretsOfHome(accountHome)]
}

function secretsOfHome(home: string): readonly string[] {
  return SECRETS_OF_A_HOME.map((name) => path.posix.join(home, name))
}
