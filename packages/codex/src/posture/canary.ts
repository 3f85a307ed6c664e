import path from 'node:path'
import type { Grant } from '@x/agents/conversation'
import type { AppServerClient, ResultOf } from '@x/codex-appserver'
import type { Host } from '@x/host'
import { SessionError } from '../errors.ts'
import { PROFILE, type PermissionPlaces } from './render-permissions.ts'
import { diagnose } from './diagnose.ts'
import { isWithin } from './grants.ts'

/** What `confined` means, as facts that a command in the sandbox can see. The words go into a refusal. */
const FACTS = {
  'work-writable': 'commands can write in the directory they work in',
  'temp-writable': 'commands can write in their temporary directory',
  'login-hidden': 'commands cannot read the login and the configuration',
  'state-hidden': 'commands cannot read the records of this and other tasks',
  'home-protected': "commands cannot write in Codex's home",
  'account-protected': "commands cannot write in the account's home",
  'tmp-protected': 'commands cannot write in /tmp',
  'network-closed': 'commands have no network',
  'beside-protected': 'commands cannot write beside what was granted',
} as const
type Fact = keyof typeof FACTS

/**
 * Runs inside the sandbox. Prints the name of each fact that holds; whatever prevents it from doing so counts against
 * the fact. It leaves nothing behind: a file that it could make where it must not is removed again.
 * $1 directory, $2 task's work, $3 CODEX_HOME, $4 a file in run/, $5 account's home, $6 name of our network namespace, $7 a fresh name,
 * $8 how many directories follow in which commands must be able to write; after those, some in which they must not
 */
const SCRIPT = `
can_write() { ( : > "$1/$2" ) 2>/dev/null && rm -f "$1/$2"; }
hidden() { [ -z "$(cat "$1" 2>/dev/null)" ]; }
[ -w "$1" ] && can_write "$2" "$7" && echo work-writable
can_write "$TMPDIR" "$7" && echo temp-writable
hidden "$3/auth.json" && hidden "$3/config.toml" && echo login-hidden
hidden "$4" && echo state-hidden
can_write "$3" "$7" || echo home-protected
can_write "$5" "$7" || echo account-protected
can_write /tmp "$7" || echo tmp-protected
net=$(readlink /proc/self/ns/net) && [ -n "$net" ] && [ "$net" != "$6" ] && echo network-closed
[ "$net" = "$6" ] && echo network-open
name=$7 count=$8; shift 8
open=yes
while [ "$count" -gt 0 ]; do can_write "$1" "$name" || open=; count=$((count - 1)); shift; done
[ -n "$open" ] && echo grants-open
for beside do can_write "$beside" "$name" && exit; done
echo beside-protected
:
`

/** How often a sandbox that can't be set up is tried, and the pause in between, in milliseconds. */
const TRIES = 3
const TRY_AGAIN_MS = 100

export interface ProofOptions {
  readonly signal?: AbortSignal
  /** What `readNetworkNamespace` has said for this start. @default read anew */
  readonly namespace?: Promise<string>
  /** What a person has allowed beside the posture: that much is open, and no more. @default nothing */
  readonly grants?: readonly Grant[]
}

/**
 * Proves that the posture holds, by trying: a command is run under the very profile that the agent's commands get.
 * Tells whether commands can do what was granted, too: the account itself may not be able to.
 * @throws SessionError `posture` naming what does not hold, why as far as that can be told, and the remedy
 */
export async function proveIsolation(
  host: Host,
  client: AppServerClient,
  places: PermissionPlaces,
  options: ProofOptions = {},
): Promise<{ readonly grantsHold: boolean }> {
  const { grants = [] } = options
  const seen = await runCanary(host, client, places, grants, options)
  const broken = (Object.keys(FACTS) as Fact[]).filter(
    (fact) => !seen.has(fact) && !(fact === 'network-closed' && opensNetwork(grants)),
  )
  const grantsHold = seen.has('grants-open') && (!opensNetwork(grants) || seen.has('network-open'))
  if (broken.length === 0) return { grantsHold }
  throw new SessionError(
    'posture',
    `the sandbox does not hold here. Not true: ${broken.map((fact) => FACTS[fact]).join('; ')}`,
    {
      remedy: `No turn is taken. Check ${path.posix.join(places.paths.codexHome, 'config.toml')} and what else is mounted on this machine.`,
    },
  )
}

function opensNetwork(grants: readonly Grant[]): boolean {
  return grants.some((grant) => 'network' in grant)
}

/** What the canary has seen. @throws SessionError `posture` when it could not run */
async function runCanary(
  host: Host,
  client: AppServerClient,
  places: PermissionPlaces,
  grants: readonly Grant[],
  options: ProofOptions,
): Promise<ReadonlySet<string>> {
  const { paths, directory, accountHome } = places
  const namespace = await (options.namespace ?? readNetworkNamespace(host))
  const name = `.x-canary-${crypto.randomUUID()}`
  const open = grants.flatMap((grant) => ('path' in grant && grant.mode === 'write' ? [grant.path] : []))
  const writable = [...open, directory, paths.work, paths.temporary]
  // A place beside one grant may lie in another.
  const beside = open
    .map((place) => path.posix.dirname(place))
    .filter((place) => !writable.some((root) => isWithin(root, place)))
  const args = [directory, paths.work, paths.codexHome, paths.launchRecord, accountHome, namespace, name]
  const result = await tryCanary(
    client,
    ['/bin/sh', '-c', SCRIPT, 'canary', ...args, String(open.length), ...open, ...beside],
    directory,
    options.signal,
  )
  const seen = new Set(result.stdout.split('\n'))
  if (seen.has('work-writable') || seen.has('login-hidden')) return seen
  const why = diagnose(`${result.stderr} ${result.stdout}`)
  throw new SessionError('posture', `commands can't be run in the sandbox here: ${why.message}`, why)
}

/** The name of the network that the host itself is in: a command must be in another one. */
export async function readNetworkNamespace(host: Host): Promise<string> {
  const { stdout } = await host.exec(['readlink', '/proc/self/ns/net'], { cwd: '/' })
  return stdout.trim()
}

/**
 * Runs the script until it could begin, a few times at most. Codex makes mount points for what is hidden and removes
 * them afterwards; one that is removed while another sandbox of the same account is set up fails that one.
 */
async function tryCanary(
  client: AppServerClient,
  command: string[],
  cwd: string,
  signal: AbortSignal | undefined,
): Promise<ResultOf<'command/exec'>> {
  for (let n = 1; ; n += 1) {
    const result = await client
      .request(
        'command/exec',
        // By its name the profile is read anew: the app-server's own copy is as old as its start.
        { command, cwd, timeoutMs: 20_000, permissionProfile: PROFILE },
        { timeoutMs: 30_000, ...(signal && { signal }) },
      )
      .catch((cause: unknown) => {
        signal?.throwIfAborted()
        const why = diagnose(cause instanceof Error ? cause.message : String(cause))
        throw new SessionError('posture', `the sandbox could not be tried: ${why.message}`, { cause, ...why })
      })
    if (result.exitCode === 0 || result.stdout !== '' || n === TRIES) return result
    await new Promise((resolve) => setTimeout(resolve, TRY_AGAIN_MS))
  }
}

/** @throws SessionError `posture` when Codex says that the thread runs under anything but our profile */
export function assertProfile(answer: unknown): void {
  const profile =
    typeof answer === 'object' && answer !== null && 'activePermissionProfile' in answer
      ? (answer.activePermissionProfile as { readonly id?: unknown } | null)
      : null
  if (profile?.id === PROFILE) return
  throw new SessionError(
    'posture',
    `Codex runs the thread under "${String(profile?.id)}" instead of its own profile`,
    {
      remedy:
        "No turn is taken. Check for managed settings of this machine that override the task's configuration.",
    },
  )
}
