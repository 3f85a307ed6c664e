import type { Host } from '@x/host'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { OutgoingMessage } from '../../src/driver/agent-sender.ts'
import { StoreError } from '../../src/store/store-error.ts'
import { Inbox, openDriverStage, OWNER, type DriverStage } from './driver-stage.ts'

let stage: DriverStage

beforeAll(async () => {
  stage = await openDriverStage()
})
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
})

/** Fails now and then: before a message has arrived, and after. */
class FlawedInbox extends Inbox {
  #sends = 0

  override async send(message: OutgoingMessage): Promise<void> {
    const n = (this.#sends += 1)
    if (n % 3 === 1) throw new Error('not sent')
    await super.send(message)
    if (n % 3 === 2) throw new Error('sent, and nobody knows')
  }
}

test('what the program says reaches the application, and answers reach the agent', async () => {
  const { session, script, inbox } = await stage.place()
  const seen: unknown[] = []
  const outcome = await session({
    features: { callerMessages: true, clientMessages: true, browser: 'redirect' },
    callbacks: {
      onBrowser: ({ url }) => void seen.push(['browser', url]),
      onClientMessage: ({ keyword, data }) => void seen.push(['client', keyword, data]),
      onText: (text) => void seen.push(['text', text]),
      callerMessages: {
        parse(keyword, data) {
          if (keyword !== 'ask') throw new TypeError('only ask is known')
          return data
        },
        handle({ id, keyword, data }) {
          seen.push(['caller', keyword, data, id])
          if (data === 2) throw new Error('our own secret')
          return data === 3 ? '   ' : ' ok '
        },
      },
    },
    body: script(`cat >>agent.log <<'END'
CALLER_MESSAGE: ask 1
CALLER_MESSAGE: ask 2
CALLER_MESSAGE: ask 3
CALLER_MESSAGE: tell {"a":1}
CALLER_MESSAGE: ask {no json}
CLIENT_MESSAGE: chart {"a":[null]}
BROWSER: https://example.com/x
BROWSER: file:///etc/passwd
just a text
DONE
END`),
  })
  expect(outcome).toMatchObject({ type: 'done', owed: 0 })
  expect(seen.filter((entry) => Array.isArray(entry) && entry[0] === 'caller')).toEqual([
    ['caller', 'ask', 1, `${outcome.run}.0`],
    ['caller', 'ask', 2, `${outcome.run}.22`],
    ['caller', 'ask', 3, `${outcome.run}.44`],
  ])
  expect(seen).toContainEqual(['client', 'chart', { a: [null] }])
  expect(seen).toContainEqual(['browser', 'https://example.com/x'])
  expect(seen).toContainEqual(['text', 'just a text'])
  expect(
    JSON.stringify(seen.filter((entry) => Array.isArray(entry) && entry[0] === 'browser')),
  ).not.toContain('file')
  expect(inbox.texts).toContain('System: ok')
  expect(inbox.texts).toContain('System: caller message tell (#66): rejected: only ask is known')
  expect(inbox.texts.filter((text) => text.includes('was not understood'))).toHaveLength(2)
  expect(inbox.texts).toHaveLength(4)
})

test('no message is lost or said twice by a way that fails', async () => {
  const { session, script, taskId } = await stage.place()
  const inbox = new FlawedInbox()
  const outcome = await session({
    sender: inbox,
    features: { callerMessages: true },
    callbacks: { callerMessages: { handle: ({ data }) => `answer ${JSON.stringify(data)}` } },
    hooks: {
      async beforeBody({ send }) {
        expect(await send('hello', { id: 'greeting' })).toBe(true)
        expect(await send('hello again', { id: 'greeting' })).toBe(true)
        await send('one line\nand another')
      },
    },
    body: script(
      'for i in $(seq 9); do echo "CALLER_MESSAGE: ask $i"; done >>agent.log; echo DONE >>agent.log',
    ),
  })
  expect(outcome).toMatchObject({ type: 'done', owed: 0 })
  expect(inbox.texts.slice(0, 2)).toEqual(['System: hello', 'System: one line\nSystem: and another'])
  expect(inbox.texts.slice(2)).toEqual(Array.from({ length: 9 }, (_, n) => `System: answer ${n + 1}`))
  expect(new Set(inbox.messages.map(({ clientId }) => clientId)).size).toBe(11)
  expect(
    await stage.store.journal.read(
      { owner: OWNER, taskId, run: outcome.run ?? '' },
      { states: ['answered'] },
    ),
  ).toEqual([])
})

test('what is sent while its time runs out is not sent again', async () => {
  const { session, script } = await stage.place()
  const inbox = new Inbox()
  let sends = 0
  const outcome = await session({
    sender: {
      async send(message, { signal }) {
        sends += 1
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        await new Promise(setImmediate)
        await inbox.send(message)
      },
      wasSent: () => Promise.resolve(false),
    },
    budgets: { senderMs: 1_000 },
    hooks: {
      async beforeBody({ send }) {
        await send('hello')
      },
    },
    body: script('echo DONE >>agent.log'),
  })
  expect(outcome).toMatchObject({ type: 'done', owed: 0, problems: [] })
  expect([sends, inbox.texts]).toEqual([1, ['System: hello']])
})

test('a message that cannot be kept ends the session, though it was sent before the agent ran', async () => {
  const { session, script } = await stage.place()
  const broken = new StoreError('corrupt', 'broken')
  const { journal, deliverables } = stage.store
  await expect(
    session({
      store: { deliverables, journal: { ...journal, settle: () => Promise.reject(broken) } },
      hooks: {
        async beforeBody({ send }) {
          await send('hello')
          await new Promise(setImmediate)
        },
      },
      body: script('exec sleep 1000'),
    }),
  ).rejects.toBe(broken)
})

test('an announcement is answered though its file never comes', async () => {
  const { session, script, inbox } = await stage.place()
  const outcome = await session({
    host: withoutContent(stage.host),
    features: { deliverables: true },
    budgets: { deliverableMs: 200 },
    body: script('echo x >deliverables/x; printf "DELIVERABLE: deliverables/x\\nDONE\\n" >>agent.log'),
  })
  expect(outcome).toMatchObject({ type: 'done', owed: 0, problems: [{ phase: 'callback' }] })
  expect(inbox.texts).toEqual([expect.stringMatching(/deliverable x \(#0\): .*trouble on our side/)])
})

/** A host whose files below `deliverables` are never read to their end. */
function withoutContent(host: Host): Host {
  const files: Host['files'] = {
    ...host.files,
    readStream: (file, options = {}) =>
      file.includes('/deliverables/') ? endless(options.signal) : host.files.readStream(file, options),
  }
  return new Proxy(host, {
    get(target, name) {
      const member: unknown = name === 'files' ? files : Reflect.get(target, name)
      return typeof member === 'function' ? (member.bind(target) as unknown) : member
    },
  })
}

async function* endless(signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  yield Buffer.from('x')
  await new Promise((resolve) => signal?.addEventListener('abort', resolve))
  signal?.throwIfAborted()
}

test('messages wait until the agent is free, and those that were not sent are sent by the next driver', async () => {
  const { session, script, inbox } = await stage.place()
  const busy = Object.assign(new Inbox(), { whenFree: () => new Promise<void>(() => undefined) })
  const features = { callerMessages: true }
  const heard: string[] = []
  const callbacks = {
    callerMessages: { handle: ({ id }: { readonly id: string }) => (heard.push(id), 'yes') },
  }
  const cut = new AbortController()
  const first = session({
    features,
    callbacks,
    sender: busy,
    signal: cut.signal,
    budgets: { hurryMs: 20 },
    body: script('echo "CALLER_MESSAGE: ask 1" >>agent.log; exec sleep 1000'),
  })
  await expect.poll(() => heard.length, { timeout: 60_000 }).toBe(1)
  cut.abort(new Error('enough'))
  expect(await first).toMatchObject({ type: 'cancelled' })
  expect(busy.texts).toEqual([])
  const second = await session({ features, callbacks, body: script('echo DONE >>agent.log') })
  expect(second).toMatchObject({ type: 'done', owed: 0 })
  expect(inbox.texts).toEqual(['System: yes'])
  // The answer may not have been kept yet when the first one was cut: then it is asked again, under the same id.
  expect(new Set(heard)).toEqual(new Set([`${second.run}.0`]))
})
