import { setTimeout as delay } from 'node:timers/promises'
import { HostError, type DetachedProcess, type Host, type LadderStep, type ProcessIdentity } from '@x/host'
import type { Bystander } from './bystander.ts'

/** What a scenario works with. */
export interface Ground {
  readonly host: Host
  /** A directory on the machine. Whatever is started has it in its environment. */
  readonly there: string
  readonly env: Readonly<Record<string, string>>
  /** One more host of the same machine; the caller closes it. */
  readonly open: () => Promise<Host>
  /** Waits until the number is free, and gives it to a bystander. */
  readonly giveAway: (pid: number) => Promise<Bystander>
  readonly abandon: Abandon
}

/**
 * Has somebody start programs as `Host.spawn` does, and can kill that somebody: on this machine it is another process,
 * on a worker the connection.
 */
export type Abandon = (
  ground: Pick<Ground, 'open' | 'env'>,
  programs: readonly (readonly string[])[],
) => Promise<Abandoned>

export interface Abandoned extends AsyncDisposable {
  readonly pids: readonly number[]
  readonly die: () => void
}

/** @returns what was said that is not so */
export type Scenario = (ground: Ground) => Promise<readonly string[]>

/** It lives for some ticks of the clock, so that its start is told from that of who comes after it. */
const SHORT = ['sleep', '0.1'] as const
const SHORT_LADDER: readonly LadderStep[] = [
  { signal: 'SIGTERM', waitMs: 60 },
  { signal: 'SIGTERM', waitMs: 2_000 },
  { signal: 'SIGKILL', waitMs: 2_000 },
]

const SCENARIOS = {
  detached: async (ground) => {
    const program = await detach(ground, SHORT)
    await program.waitForExit()
    await ground.giveAway(program.identity.pid)
    return askAll(program)
  },

  adopted: async (ground) => {
    const { identity } = await detach(ground, SHORT)
    await ground.giveAway(identity.pid)
    const other = await ground.open()
    try {
      return await askAll(await other.adopt(recordOf(ground)))
    } finally {
      await other.close()
    }
  },

  'record used again': async (ground) => {
    const { identity } = await detach(ground, SHORT)
    await ground.giveAway(identity.pid)
    const next = await detach(ground, ['sleep', '600'])
    const isAlive = await next.isAlive()
    await next.stop()
    return isAlive ? [] : ['the next program is not alive']
  },

  ladder: async (ground) => {
    // It goes between two rungs, and its number is given away at once.
    const lingering = 'trap "sleep 0.15; exit" TERM; echo >"$0"; while :; do sleep 0.01; done'
    const ready = `${ground.there}/ready`
    const program = await detach(ground, ['sh', '-c', lingering, ready])
    while ((await ground.host.files.stat(ready)) === undefined) await delay(10)
    const other = await ground.open()
    try {
      const adopted = await other.adopt(recordOf(ground))
      await Promise.all([
        adopted.stop(SHORT_LADDER),
        program.stop(SHORT_LADDER),
        ground.giveAway(program.identity.pid),
      ])
      return await askAll(program)
    } finally {
      await other.close()
    }
  },

  spawned: async ({ host, env, giveAway }) => {
    const program = await host.spawn(SHORT, { env })
    await program.exited
    await giveAway(program.pid)
    const wrong = [
      ...((await program.signal('SIGTERM')) ? ['a program that has ended was signalled'] : []),
      ...((await program.signal('SIGTERM', { group: true })) ? ['its group was signalled'] : []),
      ...((await program.stop()) === undefined ? [] : ['a program that has ended was stopped']),
    ]
    await program.close()
    return wrong
  },

  'spawned, and the host closed': async ({ open, env, giveAway }) => {
    const host = await open()
    const program = await host.spawn(SHORT, { env })
    await program.exited
    await giveAway(program.pid)
    await host.close()
    return []
  },

  'run to its end': async ({ host, there, env, giveAway }) => {
    // What has a session of its own keeps the pipes open, and the run going on, when the program is gone.
    const script = 'setsid sh -c \'echo $$ >"$0/holder"; exec sleep 600\' "$0" & sleep 0.1; echo $$ >"$0/pid"'
    const stopping = new AbortController()
    const reason = new Error('enough')
    const running = host.exec(['sh', '-c', script, there], { env, signal: stopping.signal })
    const ended = running.then(
      () => undefined,
      (error: unknown) => error as Error,
    )
    const [pid, holder] = [await numberIn(host, `${there}/pid`), await numberIn(host, `${there}/holder`)]
    await giveAway(pid)
    stopping.abort(reason)
    const said = await ended
    await host.exec(['kill', '-9', String(holder)])
    return said === undefined || said === reason ? [] : [`the run ended with ${String(said)}`]
  },

  terminal: async ({ host, there, env, giveAway }) => {
    const { PATH = '/usr/bin:/bin' } = host.facts.env
    const pty = await host.openPty(SHORT, { cwd: there, env: { ...env, PATH }, columns: 80, rows: 24 })
    pty.output.resume()
    await pty.exited
    await giveAway(pty.pid)
    await pty.close()
    return []
  },

  'nobody left to tell': async (ground) => {
    const lasting = ['sleep', '600']
    await using abandoned = await ground.abandon(ground, [SHORT, lasting])
    const [short = 0, long = 0] = abandoned.pids
    const witness = await ground.host.identify(long)
    await ground.giveAway(short)
    abandoned.die()
    // It ends by the same hand that must not touch the bystander.
    while (await isThere(ground.host, witness)) await delay(20)
    await delay(300)
    return []
  },
} satisfies Readonly<Record<string, Scenario>>

export type ScenarioName = keyof typeof SCENARIOS
export const SCENARIO_NAMES = Object.keys(SCENARIOS) as readonly ScenarioName[]

/** Plays it. */
export function playScenario(name: ScenarioName, ground: Ground): Promise<readonly string[]> {
  return SCENARIOS[name](ground)
}

function recordOf({ there }: Ground): string {
  return `${there}/record.json`
}

function detach(ground: Ground, argv: readonly string[]): Promise<DetachedProcess> {
  const { host, there, env } = ground
  const { PATH = '/usr/bin:/bin' } = host.facts.env
  return host.spawnDetached(argv, {
    record: recordOf(ground),
    log: `${there}/log`,
    cwd: there,
    env: { ...env, PATH },
  })
}

/** Everything that can be asked of a process that has ended. */
async function askAll(program: DetachedProcess): Promise<readonly string[]> {
  const wrong: string[] = []
  if (await program.isAlive()) wrong.push('a process that has ended is said to be alive')
  await program.waitForExit()
  if (await program.signal('SIGTERM')) wrong.push('a process that has ended was signalled')
  if (await program.signal('SIGTERM', { group: true })) wrong.push('its group was signalled')
  if ((await program.stop()) !== undefined) wrong.push('a process that has ended was stopped')
  return wrong
}

/** On the way to a worker a connection may just have been cut. Its number may be somebody else's by now, too. */
async function isThere(host: Host, process: ProcessIdentity | undefined): Promise<boolean> {
  try {
    const found = process && (await host.identify(process.pid))
    return found !== undefined && found.startTime === process?.startTime
  } catch (error) {
    if (error instanceof HostError && error.code === 'connection-lost') return true
    throw error
  }
}

async function numberIn(host: Host, file: string): Promise<number> {
  for (;;) {
    const text = (await host.files.stat(file)) === undefined ? '' : await host.files.readText(file)
    if (text.endsWith('\n')) return Number(text)
    await delay(10)
  }
}
