import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { HostError, type Host } from '@x/host'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AgentSessionOptions } from '../../src/driver/session-options.ts'
import type { Json } from '../../src/store/json.ts'
import { openDriverStage, OWNER, type DriverStage, type Place } from './driver-stage.ts'

let stage: DriverStage

beforeAll(async () => {
  stage = await openDriverStage()
})
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
})

type Options = Partial<AgentSessionOptions<Json>>

interface Row {
  readonly title: string
  readonly options: (place: Place, cancel: AbortController) => Options | Promise<Options>
  /** Of the outcome, or of what is thrown. */
  readonly ends: object
  readonly problems?: readonly string[]
  /** Whether `afterBody` has run. @default true */
  readonly after?: boolean
  /** Whether the run can go on. @default false */
  readonly open?: boolean
}

const never = (): Promise<never> => new Promise(() => undefined)
const broken = (): never => {
  throw new Error('broken')
}
const stepFailed = (phase: string) => ({ name: 'AgentSessionError', code: 'step-failed', phase })

const ROWS: readonly Row[] = [
  {
    title: 'the agent says DONE and ends',
    options: ({ script }) => ({ body: script('echo "DONE: all good" >>agent.log') }),
    ends: { type: 'done', summary: 'all good' },
  },
  {
    title: 'the agent says DONE and does not end',
    options: ({ script }) => ({ body: script('echo DONE >>agent.log; exec sleep 1000') }),
    ends: { type: 'done', summary: undefined },
  },
  {
    title: 'the agent says ERROR and does not end',
    options: ({ script }) => ({ body: script('echo "ERROR: no disk" >>agent.log; exec sleep 1000') }),
    ends: { type: 'error', message: 'no disk' },
  },
  {
    title: 'the last word has no newline',
    options: ({ script }) => ({ body: script('printf "ERROR: no disk" >>agent.log') }),
    ends: { type: 'error', message: 'no disk' },
  },
  {
    title: 'nothing after DONE counts',
    options: ({ script }) => ({ body: script('printf "DONE: yes\\nERROR: no\\n" >>agent.log') }),
    ends: { type: 'done', summary: 'yes' },
  },
  {
    title: 'the program ends without a word',
    options: ({ script }) => ({ body: script('echo "STATUS: 10% begun" >>agent.log') }),
    ends: { type: 'exited' },
  },
  {
    title: 'the program fails',
    options: ({ script }) => ({ body: script('exit 7') }),
    ends: { type: 'exited', failure: { name: 'ExecFailedError' } },
  },
  {
    title: 'the program fails with a word',
    options: ({ script }) => ({ body: script('echo "ERROR: no disk" >>agent.log; exit 7') }),
    ends: { type: 'error', message: 'no disk' },
  },
  {
    title: 'it is cancelled before it begins',
    options: (_, cancel) => (cancel.abort(new Error('enough')), {}),
    ends: { type: 'cancelled', phase: 'journal' },
    after: false,
  },
  {
    title: 'it is cancelled while it prepares',
    options: (_, cancel) => ({ hooks: { prepare: () => (cancel.abort(new Error('enough')), never()) } }),
    ends: { type: 'cancelled', phase: 'prepare' },
    after: false,
    open: true,
  },
  {
    title: 'it is cancelled while it runs',
    options: ({ script }, cancel) => ({
      body: script('echo "ATTENTION: look" >>agent.log; exec sleep 1000'),
      callbacks: { onAttention: () => cancel.abort(new Error('enough')) },
    }),
    ends: { type: 'cancelled', phase: 'body' },
    open: true,
  },
  {
    title: 'it is cancelled, and neither body nor callback listen',
    options: (_, cancel) => ({
      body: async ({ run }) => (await run(['sh', '-c', 'echo "ATTENTION: look" >>agent.log']), never()),
      callbacks: { onAttention: () => (cancel.abort(new Error('enough')), never()) },
      budgets: { hurryMs: 20, bodyStopMs: 20 },
    }),
    ends: { type: 'cancelled', phase: 'body', owed: 1 },
    problems: ['body', 'drain'],
    open: true,
  },
  {
    title: 'it takes too long',
    options: ({ script }) => ({ body: script('exec sleep 1000'), budgets: { sessionMs: 50 } }),
    ends: { type: 'timed-out', phase: 'body' },
    open: true,
  },
  {
    title: 'it may take longer than any timer',
    options: ({ script }) => ({ body: script('echo DONE >>agent.log'), budgets: { sessionMs: 2 ** 31 } }),
    ends: { type: 'done' },
  },
  {
    title: 'the directory cannot be made',
    options: async ({ directory }) => (await writeFile(directory, 'a file'), {}),
    ends: stepFailed('scaffold'),
    after: false,
    open: true,
  },
  {
    title: 'preparing fails',
    options: () => ({ hooks: { prepare: broken } }),
    ends: { ...stepFailed('prepare'), cause: { message: 'broken' } },
    after: false,
    open: true,
  },
  {
    title: 'preparing takes too long',
    options: () => ({ hooks: { prepare: never }, budgets: { prepareMs: 20 } }),
    ends: { type: 'timed-out', phase: 'prepare' },
    after: false,
    open: true,
  },
  {
    title: 'the stand-ins for browsers cannot be installed',
    options: async ({ directory }) => {
      await writeFile(`${directory}.shims`, 'a file')
      return { features: { keywords: true, browser: 'suppress' } }
    },
    ends: stepFailed('shims'),
    after: false,
    open: true,
  },
  {
    title: 'the hook before the body fails',
    options: () => ({ hooks: { beforeBody: broken } }),
    ends: stepFailed('before'),
    open: true,
  },
  {
    title: 'the hook before the body takes too long',
    options: () => ({ hooks: { beforeBody: never }, budgets: { hookMs: 20 } }),
    ends: { type: 'timed-out', phase: 'before' },
    open: true,
  },
  {
    title: 'the hook after the body fails',
    options: ({ script }) => ({ body: script('echo DONE >>agent.log'), hooks: { afterBody: broken } }),
    ends: { type: 'done' },
    problems: ['after'],
    after: false,
  },
  {
    title: 'the hook after the body takes too long',
    options: ({ script }) => ({
      body: script('echo DONE >>agent.log'),
      hooks: { afterBody: never },
      budgets: { hookMs: 200 },
    }),
    ends: { type: 'done' },
    problems: ['after'],
    after: false,
  },
  {
    title: 'a callback fails',
    options: ({ script }) => ({
      body: script('printf "ATTENTION: look\\nDONE\\n" >>agent.log'),
      callbacks: { onAttention: broken, onProblem: broken },
    }),
    ends: { type: 'done', owed: 0 },
    problems: ['callback'],
  },
  {
    title: 'a callback takes too long',
    options: ({ script }) => ({
      body: script('printf "ATTENTION: look\\nERROR\\n" >>agent.log'),
      callbacks: { onAttention: never },
      budgets: { callbackMs: 20 },
    }),
    ends: { type: 'error', owed: 0 },
    problems: ['callback'],
  },
  {
    title: 'the agent is gone, and a callback takes longer than is waited for',
    options: ({ script }) => ({
      body: script('printf "ATTENTION: look\\nDONE\\n" >>agent.log'),
      callbacks: { onAttention: never },
      budgets: { drainMs: 20 },
    }),
    ends: { type: 'done', owed: 1 },
    problems: ['drain'],
  },
  {
    title: 'a link takes the place of the log',
    options: () => ({
      body: async ({ directory }) => {
        await rm(path.join(directory, 'agent.log'))
        await symlink('/etc/hostname', path.join(directory, 'agent.log'))
      },
    }),
    ends: { type: 'lost', failure: { name: 'HostError', code: 'io' } },
    open: true,
  },
  {
    title: 'the machine is out of reach for too long',
    options: ({ script }) => ({
      host: cutOff(stage.host, Infinity),
      body: script('exec sleep 1000'),
      budgets: { lostMs: 100 },
    }),
    ends: { type: 'lost', failure: { code: 'connection-lost' } },
    open: true,
  },
  {
    title: 'the machine is out of reach for a while',
    options: ({ script }) => ({
      host: cutOff(stage.host, 3),
      body: script('echo "DONE: back" >>agent.log; exec sleep 1000'),
    }),
    ends: { type: 'done', summary: 'back' },
  },
  {
    title: 'the program was cut off with the machine',
    options: () => ({ body: () => Promise.reject(new HostError('connection-lost', 'the link broke')) }),
    ends: { type: 'lost', failure: { code: 'connection-lost' } },
    open: true,
  },
  {
    title: 'the store is gone from the start',
    options: async () => {
      const store = await stage.openAgain()
      await store.close()
      return { store }
    },
    ends: { name: 'StoreError', code: 'closed' },
    after: false,
  },
  {
    title: 'the store goes while the agent runs',
    options: async () => {
      const store = await stage.openAgain()
      return {
        store,
        body: async ({ run }, { signal }) => {
          await store.close()
          await run(['sh', '-c', 'echo "STATUS: 5%" >>agent.log; exec sleep 1000'], { signal })
        },
      }
    },
    ends: { name: 'StoreError', code: 'closed' },
    open: true,
  },
  {
    title: 'another orchestrator has the task',
    options: async ({ taskId, script }) => {
      await stage.store.orchestrators.register({ id: taskId, lifetimeMs: 60_000 })
      await stage.store.tasks.insert({ owner: OWNER, taskId, orchestrator: taskId, data: {} })
      return {
        task: { owner: OWNER, taskId, fence: 1 },
        hooks: {
          beforeBody: async () => {
            await stage.store.orchestrators.retire(taskId)
            await stage.store.orchestrators.register({ id: `${taskId}-b`, lifetimeMs: 60_000 })
            await stage.store.tasks.adopt({ owner: OWNER, taskId }, { orchestrator: `${taskId}-b`, fence: 1 })
          },
        },
        body: script('echo DONE >>agent.log; exec sleep 1000'),
      }
    },
    ends: { name: 'StoreError', code: 'lease-lost' },
    after: false,
    open: true,
  },
  {
    title: 'without keywords, the program ends',
    options: ({ script }) => ({ features: {}, body: script('echo "ERROR: no" >>agent.log') }),
    ends: { type: 'done', summary: undefined },
  },
  {
    title: 'without keywords, the program fails',
    options: ({ script }) => ({ features: {}, body: script('exit 7') }),
    ends: { type: 'exited', failure: { name: 'ExecFailedError' } },
  },
]

test.each(ROWS)('$title', async ({ options, ends, problems = [], after = true, open = false }) => {
  const place = await stage.place()
  const cancel = new AbortController()
  const given = await options(place, cancel)
  let hasRun = false
  const afterBody = async (): Promise<void> => {
    hasRun = true
    await Promise.resolve()
  }
  const ending = await place
    .session({ signal: cancel.signal, ...given, hooks: { afterBody, ...given.hooks } })
    .catch((error: unknown) => error as { readonly problems?: undefined })
  expect(ending).toMatchObject(ends)
  expect((ending.problems ?? []).map(({ phase }) => phase).sort()).toEqual(problems)
  if (given.hooks?.beforeBody === undefined || after) expect(hasRun).toBe(after)
  const run = await stage.store.journal.newest({ owner: OWNER, taskId: place.taskId })
  if (open) expect(run).not.toHaveProperty('outcome')
  else if (run) expect(run.outcome).toMatchObject({ type: (ending as { readonly type: string }).type })
})

/** A host whose files can't be followed for so many tries. */
function cutOff(host: Host, times: number): Host {
  let left = times
  const lost = new HostError('connection-lost', 'the link broke')
  return new Proxy(host, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (name !== 'tail' || left-- <= 0)
        return typeof member === 'function' ? (member.bind(target) as unknown) : member
      return async function* () {
        await Promise.reject(lost)
        yield undefined
      }
    },
  })
}

test('misuse is told before anything is done', async () => {
  const { session, directory } = await stage.place()
  const callerMessages = { handle: () => undefined }
  for (const wrong of [
    { features: { callerMessages: true } },
    { callbacks: { callerMessages } },
    { features: { deliverables: true }, sender: undefined },
    { store: undefined },
    { directory: 'work' },
  ] as unknown as Options[])
    await expect(session(wrong)).rejects.toThrow(TypeError)
  await expect(session({ budgets: { drainMs: -1 } })).rejects.toThrow(RangeError)
  expect(await stage.host.files.stat(directory)).toBeUndefined()
})

test('a new run begins with an empty log; one that goes on keeps all', async () => {
  const { session, script, directory, textOf } = await stage.place()
  await mkdir(directory)
  await writeFile(path.join(directory, 'agent.log'), 'DONE: of an earlier time\n')
  const seen: string[] = []
  const callbacks = { onStatus: ({ message }: { readonly message: string }) => void seen.push(message) }
  const cut = new AbortController()
  const first = await session({
    signal: cut.signal,
    body: script('echo "STATUS: one" >>agent.log; exec sleep 1000'),
    callbacks: { onStatus: (status) => (callbacks.onStatus(status), cut.abort(new Error('enough'))) },
  })
  expect(first.type).toBe('cancelled')
  expect(await textOf('agent.log.old')).toBe('DONE: of an earlier time\n')
  const prepared: boolean[] = []
  const second = await session({
    wipe: true,
    callbacks,
    hooks: { prepare: async () => void prepared.push(true) },
    body: async (context) => {
      expect(context.isContinuing).toBe(true)
      await context.run(['sh', '-c', 'printf "STATUS: two\\nDONE" >>agent.log'])
    },
  })
  expect(second).toMatchObject({ type: 'done', run: first.run })
  expect(seen).toEqual(['one', 'two'])
  expect(prepared).toEqual([])
  const third = await session({
    wipe: true,
    callbacks,
    body: script('ls >>agent.log; echo DONE >>agent.log'),
  })
  expect(third.type).toBe('done')
  expect(third.run).not.toBe(first.run)
  expect(await textOf('agent.log')).toBe('agent.log\ndeliverables\nresume.log\nuploads\nDONE\n')
  expect(seen).toEqual(['one', 'two'])
})
