import { HostError } from '../errors.ts'
import type { HostFacts } from '../host.ts'
import { execScript } from './exec-script.ts'
import type { SshConnection } from './ssh-connection.ts'

/** What is asked of a worker once, beyond the facts that the port tells. */
export interface WorkerFacts extends HostFacts {
  /** What our commands must be started by, so that each leads a process group: most servers see to it themselves. */
  readonly start: 'exec /bin/sh' | 'exec setsid /bin/sh'
  /**
   * What the account's own shell is: `plain` can run our wrapper itself, which saves the start of another one; `posix`
   * reads quotes as POSIX has it; of `other` nothing is known.
   */
  readonly shell: 'plain' | 'posix' | 'other'
}

/** Everything in one round trip. Each answer is `name=value` and a NUL, since a value may hold anything else. */
const PROBE = `
put() { printf '%s=%s\\0' "$1" "$2"; }
put uname "$(uname -sm)"
put uid "$(id -u)"
put home "\${HOME-}"
boot=
{ IFS= read -r boot </proc/sys/kernel/random/boot_id; } 2>/dev/null || boot=$(sysctl -n kern.bootsessionuuid 2>/dev/null)
put boot "$boot"
put shell "\${SHELL-}"
put account "$( (getent passwd "$(id -u)" || grep "^[^:]*:[^:]*:$(id -u):" /etc/passwd) 2>/dev/null)"
group=$$
if { IFS= read -r stat </proc/$$/stat; } 2>/dev/null; then set -- \${stat##*) }; group=$3; fi
[ "$group" = $$ ] && put leads yes
command -v setsid >/dev/null && put setsid yes
for name in PATH LANG XDG_STATE_HOME XDG_CACHE_HOME; do
  eval "[ -n \\"\\\${$name+set}\\" ] && put env.$name \\"\\\${$name}\\""
done
exit 0
`

const PLATFORMS: Readonly<Record<string, string>> = { Linux: 'linux', Darwin: 'darwin', FreeBSD: 'freebsd' }
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x86_64: 'x64',
  amd64: 'x64',
  aarch64: 'arm64',
  arm64: 'arm64',
  armv7l: 'arm',
  i686: 'ia32',
}
const NAMES = ['PATH', 'LANG', 'XDG_STATE_HOME', 'XDG_CACHE_HOME'] as const

/** Asks a worker what it is. @throws HostError `io` when the account runs no commands, or there is no POSIX system */
export async function readFacts(connection: SshConnection, signal?: AbortSignal): Promise<WorkerFacts> {
  const { stdout } = await execScript(connection, PROBE, [], signal && { signal })
  const answers = parseAnswers(stdout.toString())
  const [system = '', machine = ''] = (answers.get('uname') ?? '').split(' ')
  const home = answers.get('home') ?? ''
  if (system === '' || !home.startsWith('/'))
    throw new HostError(
      'io',
      'the worker does not say what it is: no POSIX system, or an account without a home',
    )
  const env: Partial<Record<(typeof NAMES)[number], string>> = {}
  for (const name of NAMES) {
    const value = answers.get(`env.${name}`)
    if (value !== undefined) env[name] = value
  }
  return {
    platform: PLATFORMS[system] ?? system.toLowerCase(),
    arch: ARCHITECTURES[machine] ?? machine,
    uid: Number(answers.get('uid') ?? -1),
    home,
    bootId: answers.get('boot') || 'unknown',
    env,
    shell: shellKind(answers),
    start: answers.has('leads') || !answers.has('setsid') ? 'exec /bin/sh' : 'exec setsid /bin/sh',
  }
}

/** A start file may say another `SHELL`: then nobody knows which of both reads our lines. */
function shellKind(answers: ReadonlyMap<string, string>): WorkerFacts['shell'] {
  const shell = answers.get('shell') ?? ''
  const isSure = answers.get('account')?.endsWith(`:${shell}`) === true && answers.has('leads')
  if (!isSure || !/\/(ba|da|z|k|mk|a)?sh$/.test(shell)) return 'other'
  return /\/(ba|da)?sh$/.test(shell) ? 'plain' : 'posix'
}

function parseAnswers(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\0').flatMap((answer) => {
      const at = answer.indexOf('=')
      return at < 0 ? [] : [[answer.slice(0, at), answer.slice(at + 1)] as const]
    }),
  )
}
