import { createHash, randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import path from 'node:path'
import { openSession } from '@x/codex'
import { archive, HostError, restore } from '@x/host'
import type { SshHost } from '@x/host/ssh'

/** What an operation works with: a host over a network that fails once, and a directory on each side. */
export interface Ground {
  readonly host: SshHost
  /** On the worker. */
  readonly there: string
  /** On this machine. */
  readonly here: string
  /** Resolves when the network has failed and recovered. */
  readonly failed: Promise<void>
  /** From now on the network may fail. */
  readonly beginOutage: () => void
  /** The program of Codex, on the worker. */
  readonly codex: string
  readonly modelUrl: string
}

/** @returns what is wrong; nothing when it kept its word */
export type Operation = (ground: Ground) => Promise<readonly string[]>

const LINES = 60
const COPY_BYTES = 24 * 1024 * 1024

/** A result is whole, and a failure says so: nothing in between. */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  exec: async ({ host }) => {
    const script = `n=0; while [ $n -lt ${LINES} ]; do n=$((n+1)); echo line $n; sleep 0.02; done`
    const result = await orLost(host.exec(['sh', '-c', script]))
    if (result === 'lost') return []
    return linesMissing(result.stdout)
  },

  spawn: async ({ host }) => {
    const script = `n=0; while [ $n -lt ${LINES} ]; do n=$((n+1)); echo line $n; sleep 0.02; done`
    const child = await orLost(host.spawn(['sh', '-c', script]))
    if (child === 'lost') return []
    let said = ''
    for await (const chunk of child.stdout) said += String(chunk)
    const { exitCode } = await child.exited
    await child.close()
    // Who is told that it ended well has everything that it said.
    return exitCode === 0 ? linesMissing(said) : []
  },

  tail: async ({ host, there }) => {
    const file = `${there}/log`
    const script = `n=0; while [ $n -lt ${LINES} ]; do n=$((n+1)); echo line $n >> "$1"; sleep 0.03; done; rm -f "$2"`
    const writer = await untilDone(() =>
      host.spawnDetached(['sh', '-c', script, 'sh', file, `${there}/none`], {
        record: `${there}/writer-${randomBytes(4).toString('hex')}.json`,
        log: `${there}/writer.log`,
        cwd: there,
        env: { PATH: '/usr/bin:/bin' },
      }),
    )
    const seen: string[] = []
    let from = 0
    while (seen.length < LINES) {
      try {
        for await (const { line, offset } of host.tail(file, { from })) {
          seen.push(line)
          from = offset
          if (seen.length === LINES) break
        }
      } catch (error) {
        if (!isLost(error)) throw error
      }
    }
    await untilDone(() => writer.stop())
    return linesMissing(`${seen.join('\n')}\n`)
  },

  write: async ({ host, there, failed }) => {
    const file = `${there}/written`
    const contents = ['old\n'.repeat(1_000), 'next\n'.repeat(100_000)]
    await untilDone(() => host.files.write(file, String(contents[0])))
    let n = 0
    await untilFailed(failed, async () => {
      n += 1
      await orLost(host.files.write(file, String(contents[n % 2])))
    })
    const now = await untilDone(() => host.files.readText(file))
    return contents.includes(now) ? [] : [`a file of ${now.length} is neither the old nor the new one`]
  },

  'copy in': async ({ host, there, here, failed }) => {
    const from = path.join(here, 'in')
    const to = `${there}/in`
    let data = Buffer.alloc(0)
    await untilFailed(failed, async () => {
      data = randomBytes(COPY_BYTES)
      await writeFile(from, data)
      await untilDone(() => host.files.copyIn(from, to))
    })
    const said = await untilDone(() => host.exec(['sha256sum', to]))
    return said.stdout.startsWith(sumOf(data)) ? [] : ['what arrived is not what was sent']
  },

  'copy out': async ({ host, there, here, failed }) => {
    const from = `${there}/out`
    const to = path.join(here, 'out')
    const renew = `head -c ${COPY_BYTES} /dev/urandom > "$1"`
    await untilFailed(failed, async () => {
      await untilDone(() => host.exec(['sh', '-c', renew, 'sh', from]))
      await untilDone(() => host.files.copyOut(from, to))
    })
    const said = await untilDone(() => host.exec(['sha256sum', from]))
    return said.stdout.startsWith(sumOf(await readFile(to))) ? [] : ['what arrived is not what was sent']
  },

  archive: async ({ host, there, failed, beginOutage }) => {
    await untilDone(() => host.exec(['sh', '-c', MAKE_TREE, 'sh', `${there}/tree`]))
    const wanted = await treeSum(host, `${there}/tree`)
    beginOutage()
    const problems: string[] = []
    await untilFailed(failed, async () => {
      const chunks = await orLost(collect(host, `${there}/tree`))
      if (chunks === 'lost') return
      // What ended without a failure is whole: unpacked again it is the same.
      await untilDone(() => restore(host, replay(chunks), `${there}/again`))
      if ((await treeSum(host, `${there}/again`)) !== wanted) problems.push('an archive is not whole')
    })
    return problems
  },

  restore: async ({ host, there, failed, beginOutage }) => {
    await untilDone(() => host.exec(['sh', '-c', MAKE_TREE, 'sh', `${there}/tree`]))
    const chunks = await untilDone(() => collect(host, `${there}/tree`))
    const next = await treeSum(host, `${there}/tree`)
    await untilDone(() => host.exec(['sh', '-c', 'mkdir "$1"; echo old > "$1/old"', 'sh', `${there}/target`]))
    const old = await treeSum(host, `${there}/target`)
    beginOutage()
    const problems: string[] = []
    await untilFailed(failed, async () => {
      const restored = await orLost(restore(host, replay(chunks), `${there}/target`))
      const now = await treeSum(host, `${there}/target`)
      if (now !== next && !(restored === 'lost' && now === old))
        problems.push('a restore that was cut left neither the old content nor the new')
    })
    await untilDone(() => restore(host, replay(chunks), `${there}/target`))
    const beside = (await untilDone(() => host.files.list(there))).filter((name) => /target./.test(name))
    return [...problems, ...beside.map((name) => `the restore left ${name}`)]
  },

  turn: async ({ host, there, codex, modelUrl, failed, beginOutage }) => {
    const session = await openSession({
      host,
      stateDir: `${there}/x`,
      binary: codex,
      login: { endpoint: { baseUrl: modelUrl } },
    })
    await session.ready
    const turn = session.conversation.send('slow: 3')
    await turn.turnId
    beginOutage()
    const { status } = await turn.result
    await failed
    const said = session.conversation.state.turns.flatMap(({ items }) =>
      items.flatMap((item) => (item.type === 'agent-message' ? [item.text] : [])),
    )
    await session.close()
    const whole = said.length === 1 && /^# A slow answer[^]*That was the slow answer\.\n$/.test(said[0] ?? '')
    return [
      ...(status === 'completed' ? [] : [`the turn is ${status}`]),
      ...(whole ? [] : ['the answer is not whole']),
    ]
  },

  forward: async ({ host, failed }) => {
    const server = createServer((socket) => socket.end('ours'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const forward = await untilDone(() => host.forward({ from: 'worker', to: { port } }))
    await failed
    // The worker is this machine: what listens there is reached from here.
    const heard = await untilDone(async () => {
      const said = await hear(forward.port)
      if (said !== 'ours') throw new HostError('connection-lost', `heard ${said}`)
      return said
    })
    await forward.close()
    server.close()
    return heard === 'ours' ? [] : ['the forward does not come back']
  },

  detached: async ({ host, there, failed }) => {
    const record = `${there}/sleep.json`
    const options = { record, log: `${there}/sleep.log`, cwd: there, env: { PATH: '/usr/bin:/bin' } }
    const started = await orLost(host.spawnDetached(['sleep', '60'], options))
    await failed
    const found = await untilDone(() => host.adopt(record)).catch((error: unknown) => error)
    if (found instanceof Error) return started === 'lost' ? [] : ['a process that was started has no record']
    const adopted = found as Awaited<ReturnType<typeof host.adopt>>
    const problems = (await untilDone(() => adopted.isAlive())) ? [] : ['a process that was started is gone']
    await untilDone(() => adopted.stop())
    return (await untilDone(() => adopted.isAlive()))
      ? [...problems, 'a process survived its stop']
      : problems
  },
}

const MAKE_TREE = `mkdir "$1" && cd "$1" && n=0 && while [ $n -lt 40 ]; do n=$((n+1)); mkdir d$n; head -c 200000 /dev/urandom > d$n/f; ln -s f d$n/l; done`

/** Names, kinds and bytes of a tree, as one sum. */
async function treeSum(host: SshHost, directory: string): Promise<string> {
  const script =
    'cd "$1" && find . -printf "%p %y %l\\n" | sort && find . -type f -exec sha256sum {} + | sort'
  const { stdout } = await untilDone(() => host.exec(['sh', '-c', script, 'sh', directory]))
  return sumOf(Buffer.from(stdout))
}

async function collect(host: SshHost, directory: string): Promise<readonly Uint8Array[]> {
  const { stream } = await archive(host, directory)
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return chunks
}

async function* replay(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void> {
  yield* chunks
}

/** Does it again and again until the network has failed, and once more. */
async function untilFailed(failed: Promise<void>, work: () => Promise<void>): Promise<void> {
  const network = { hasFailed: false }
  void failed.then(() => (network.hasFailed = true))
  while (!network.hasFailed) await work()
  await work()
}

function linesMissing(said: string): readonly string[] {
  const wanted = Array.from({ length: LINES }, (_, n) => `line ${n + 1}\n`).join('')
  return said === wanted ? [] : [`of ${LINES} lines there are ${said.split('\n').length - 1}, or not those`]
}

function isLost(error: unknown): boolean {
  return error instanceof HostError && (error.code === 'connection-lost' || error.code === 'unreachable')
}

/** Its result, or that the connection broke; any other failure is a failure. */
async function orLost<T>(work: Promise<T>): Promise<T | 'lost'> {
  try {
    return await work
  } catch (error) {
    if (isLost(error)) return 'lost'
    throw error
  }
}

/** Does what may be done twice until the connection lets it. */
async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    const done = await orLost(work())
    if (done !== 'lost') return done
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function hear(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  try {
    for await (const data of socket) heard += String(data)
  } catch {
    return 'nothing'
  }
  return heard
}

function sumOf(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}
