import { openSshd, type SshdFixture } from '@x/fixtures'
import { openSshHost, type SshHost } from '@x/host/ssh'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDriverStage, OWNER, type DriverStage } from './driver-stage.ts'

let stage: DriverStage
let sshd: SshdFixture
let host: SshHost

beforeAll(async () => {
  stage = await openDriverStage()
  sshd = await openSshd()
  host = await openSshHost(sshd.target, sshd.options)
})
afterAll(async () => {
  await host.close()
  await sshd[Symbol.asyncDispose]()
  await stage[Symbol.asyncDispose]()
})

/** However busy the machine is. */
const PATIENCE_MS = 600_000
const LINES = 40

const SCRIPT = `while [ ! -e ../go ]; do sleep 0.02; done
n=0
while [ $n -lt ${LINES} ]; do
  echo "content $n" >"deliverables/file $n"
  printf "STATUS: line $n\\nDELIVERABLE: deliverables/file $n\\n" >>agent.log
  n=$((n + 1))
  sleep 0.02
done
printf "DONE: all said" >>agent.log
`

test('a session on a machine whose connection is cut again and again loses and repeats nothing', async () => {
  const { session, inbox, taskId } = await stage.place()
  const directory = `${sshd.home}/task/work`
  const at = (name: string): string => `${sshd.home}/task/${name}`
  const seen: string[] = []
  const outcome = await session({
    host,
    directory,
    features: { deliverables: true },
    budgets: { lostMs: PATIENCE_MS, drainMs: PATIENCE_MS, catchUpMs: PATIENCE_MS, callbackMs: PATIENCE_MS },
    callbacks: {
      onStatus({ message }) {
        seen.push(message)
        if (seen.length % 15 === 5) sshd.cut()
      },
    },
    async body({ untilEnded }, { signal }) {
      const agent = await host.spawnDetached(['sh', '-c', SCRIPT], {
        record: at('process.json'),
        log: at('agent.out'),
        cwd: directory,
        env: { PATH: '/usr/bin:/bin' },
      })
      // What it makes the agent say may cut it off.
      await host.files.write(at('go'), '').catch(() => undefined)
      await untilEnded(agent, { signal })
    },
  })
  expect(outcome).toMatchObject({ type: 'done', summary: 'all said', owed: 0 })
  const all = Array.from({ length: LINES }, (_, n) => n)
  expect(seen).toEqual(all.map((n) => `line ${n}`))
  const kept = await stage.store.deliverables.list({ owner: OWNER, taskId })
  expect(kept.map(({ path }) => path)).toEqual(all.map((n) => `file ${n}`))
  expect(inbox.texts).toEqual(all.map((n) => expect.stringContaining(`deliverable file ${n} (#`) as string))
  const entries = await stage.store.journal.read({ owner: OWNER, taskId, run: outcome.run ?? '' })
  expect(entries).toHaveLength(2 * LINES + 1)
})
