import { mkdir, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { HostError } from '@x/host'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDriverStage, OWNER, type DriverStage, type Place } from './driver-stage.ts'

let stage: DriverStage

beforeAll(async () => {
  stage = await openDriverStage()
})
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
})

/** Keeps what the agent says about how far it is. */
function hearing() {
  const seen: string[] = []
  return { seen, onStatus: ({ message }: { readonly message: string }) => void seen.push(message) }
}

/** A session that is cancelled as soon as its agent asks for attention. */
async function cancelled({ session, script }: Place, text: string) {
  const cancel = new AbortController()
  const outcome = await session({
    signal: cancel.signal,
    callbacks: { onAttention: () => cancel.abort(new Error('enough')) },
    body: script(`${text}; echo "ATTENTION: look" >>agent.log; exec sleep 1000`),
  })
  expect(outcome.type).toBe('cancelled')
  return outcome
}

test('a run that was not set up to its end is set up again', async () => {
  const { session, script, textOf } = await stage.place()
  const failing = session({
    hooks: {
      async prepare({ copy }) {
        await copy(Buffer.from('half'), 'tool')
        throw new Error('broken')
      },
    },
  })
  await expect(failing).rejects.toMatchObject({ code: 'step-failed', phase: 'prepare' })
  const prepared: boolean[] = []
  const outcome = await session({
    wipe: true,
    hooks: {
      prepare: async ({ isContinuing }) => void prepared.push(isContinuing),
    },
    body: script('ls >list; echo DONE >>agent.log'),
  })
  expect(outcome.type).toBe('done')
  expect(prepared).toEqual([false])
  expect(await textOf('list')).not.toContain('tool')
})

test('the log of the last run is not read as that of one that was cut off before it had one', async () => {
  const { session, script, taskId } = await stage.place()
  const { seen, onStatus } = hearing()
  const first = await session({
    callbacks: { onStatus },
    body: script('printf "STATUS: old\\nDONE: old\\n" >>agent.log'),
  })
  expect(first).toMatchObject({ type: 'done', summary: 'old' })
  await stage.store.journal.begin({ owner: OWNER, taskId, run: 'cut-off' }, {})
  const second = await session({
    callbacks: { onStatus },
    body: script('printf "STATUS: new\\nDONE: new\\n" >>agent.log'),
  })
  expect(second).toMatchObject({ type: 'done', summary: 'new', run: 'cut-off' })
  expect(seen).toEqual(['old', 'new'])
})

test('half a line that a broken link has left is heard once, when it is whole', async () => {
  const { session, script, inbox } = await stage.place()
  const { seen, onStatus } = hearing()
  const lost = await session({
    callbacks: { onStatus },
    async body({ run }) {
      await run(['sh', '-c', 'printf "STATUS: one\\nSTATUS: tw" >>agent.log'])
      throw new HostError('connection-lost', 'the link broke')
    },
  })
  expect(lost.type).toBe('lost')
  const outcome = await session({
    callbacks: { onStatus },
    body: script('printf "o\\nDONE\\n" >>agent.log'),
  })
  expect(outcome).toMatchObject({ type: 'done', run: lost.run })
  expect(seen).toEqual(['one', 'two'])
  expect(inbox.texts).toEqual([])
})

test('an agent that has said to an earlier driver that it is done is ended', async () => {
  const { session, directory, taskId } = await stage.place()
  await mkdir(directory)
  await writeFile(path.join(directory, 'agent.log'), 'DONE\n')
  const key = { owner: OWNER, taskId, run: 'crashed' }
  await stage.store.journal.begin(key, {})
  await stage.store.journal.ready(key, {})
  const done = { offset: 0, type: 'done', data: { summary: 'all good' }, state: 'pending' } as const
  await stage.store.journal.record(key, { from: 0, next: 5, entries: [done] })
  const called: unknown[] = []
  const outcome = await session({
    async body(context, { signal }) {
      called.push(context.isContinuing, signal.aborted)
      await Promise.resolve()
    },
  })
  expect(outcome).toMatchObject({ type: 'done', summary: 'all good', run: 'crashed', owed: 0, problems: [] })
  expect(called).toEqual([true, true])
})

test('what the agent has put in our way keeps no run from going on', async () => {
  const place = await stage.place()
  const { directory, session, script, textOf } = place
  await mkdir(`${directory}-real`)
  await symlink(`${directory}-real`, directory)
  const first = await cancelled(place, 'rm -r uploads deliverables; touch uploads; ln -s / deliverables')
  const second = await session({ body: script('ls -d uploads/ deliverables/ >list; echo DONE >>agent.log') })
  expect(second).toMatchObject({ type: 'done', run: first.run })
  expect(await textOf('list')).toBe('deliverables/\nuploads/\n')
  expect((await textOf('resume.log')).match(/Z\n/g)).toHaveLength(2)
})

const LINES = 700

test('an agent is not judged by a log that nobody had the time to read', async () => {
  const { session, taskId } = await stage.place()
  const { journal } = stage.store
  const heard = new Set<string>()
  const recorded = async (): Promise<number> => {
    const run = await journal.newest({ owner: OWNER, taskId })
    return run ? (await journal.read(run)).length : 0
  }
  const unread = await session({
    callbacks: { onAttention: () => new Promise(() => undefined) },
    budgets: { catchUpMs: 200, hurryMs: 200 },
    async body({ run }) {
      await run(['sh', '-c', `for i in $(seq ${LINES}); do echo "ATTENTION: $i"; done >>agent.log`])
      await run(['sh', '-c', 'echo DONE >>agent.log'])
      // More than wait for who is told of them: no more is recorded.
      await expect.poll(recorded, { timeout: 60_000 }).toBeGreaterThan(65)
    },
  })
  expect(unread).toMatchObject({ type: 'timed-out', phase: 'tail' })
  expect(unread.owed).toBe(await recorded())
  const outcome = await session({
    callbacks: { onAttention: ({ id, reason }) => void heard.add(`${id} ${reason}`) },
    body: () => Promise.resolve(),
  })
  expect(outcome).toMatchObject({ type: 'done', run: unread.run, owed: 0 })
  expect(heard.size).toBe(LINES)
})
