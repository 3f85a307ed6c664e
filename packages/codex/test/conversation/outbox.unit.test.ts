import { emptyConversation, Feed } from '@x/agents/conversation'
import type { Turn as CodexTurn } from '@x/codex-appserver'
import { describe, expect, test, vi } from 'vitest'
import { ClientSlot } from '../../src/conversation/client-slot.ts'
import { Outbox, type SteeredMessage } from '../../src/conversation/outbox.ts'
import { SentTurn } from '../../src/conversation/sent-turn.ts'
import { translateTurn } from '../../src/conversation/translate-turn.ts'
import { FakeClient } from './fake-client.ts'

const turn = (id: string): CodexTurn => ({ id, items: [], status: 'inProgress' })

function setUp(gate: Promise<void> = Promise.resolve(), steered: readonly SteeredMessage[] = []) {
  const feed = new Feed(emptyConversation('thread', '/work'))
  const slot = new ClientSlot()
  const onFirstMessage = vi.fn(() => Promise.resolve())
  const onSteer = vi.fn(() => Promise.resolve())
  const outbox = new Outbox({
    threadId: () => 'thread',
    feed,
    slot,
    gate,
    onFirstMessage,
    steered,
    onSteer,
    onTurn: (begun) => feed.publish({ type: 'turn-started', turn: translateTurn(begun) }),
  })
  const connect = (): FakeClient => {
    const fake = new FakeClient()
    slot.fill(fake.client)
    return fake
  }
  const message = (text: string): SentTurn => new SentTurn(feed, text, `id of ${text}`)
  const end = (turnId: string): void => feed.publish({ type: 'turn-ended', turnId, status: 'completed' })
  const arrive = (turnId: string, text: string): void =>
    feed.publish({
      type: 'item-completed',
      turnId,
      item: { type: 'user-message', id: text, phase: 'done', text, clientId: `id of ${text}` },
    })
  return { feed, slot, outbox, onFirstMessage, onSteer, connect, message, end, arrive }
}

describe('Outbox', () => {
  test('sends nothing before the gate opens and the first message is on record', async () => {
    let open!: () => void
    const { outbox, onFirstMessage, connect, message } = setUp(new Promise((resolve) => (open = resolve)))
    const fake = connect()
    const sent = outbox.send(message('one'))
    await Promise.resolve()
    expect(onFirstMessage).not.toHaveBeenCalled()
    open()
    expect(await fake.next(1)).toMatchObject({
      method: 'turn/start',
      params: {
        threadId: 'thread',
        clientUserMessageId: 'id of one',
        input: [{ type: 'text', text: 'one' }],
      },
    })
    expect(onFirstMessage).toHaveBeenCalledTimes(1)
    fake.answer(1, { turn: turn('t') })
    expect(await sent).toBe('t')
  })

  test('tries the first record again after it could not be written', async () => {
    const { outbox, onFirstMessage, connect, message } = setUp()
    const fake = connect()
    onFirstMessage.mockRejectedValueOnce(new Error('the disk is full'))
    await expect(outbox.send(message('one'))).rejects.toThrow('the disk is full')
    const sent = outbox.send(message('two'))
    await fake.next(1)
    fake.answer(1, { turn: turn('t') })
    expect(await sent).toBe('t')
    expect(onFirstMessage).toHaveBeenCalledTimes(2)
  })

  test('refuses every message when the gate stays closed', async () => {
    const { outbox, connect, message } = setUp(Promise.reject(new Error('no sandbox')))
    const fake = connect()
    await expect(outbox.send(message('one'))).rejects.toMatchObject({
      code: 'gate-closed',
      message: 'no sandbox',
    })
    await expect(outbox.send(message('two'))).rejects.toMatchObject({ code: 'gate-closed' })
    expect(fake.asked).toEqual([])
  })

  test('sends one after the other, and goes on after one that was refused', async () => {
    const { outbox, connect, message, end } = setUp()
    const fake = connect()
    const [one, two] = [outbox.send(message('one')), outbox.send(message('two'))]
    await fake.next(1)
    expect([...outbox.pending].map((sent) => sent.message)).toEqual(['one', 'two'])
    fake.refuse(1, 'too long')
    await expect(one).rejects.toMatchObject({ rpcMessage: 'too long' })
    expect(await fake.next(2)).toMatchObject({
      method: 'turn/start',
      params: { clientUserMessageId: 'id of two' },
    })
    fake.answer(2, { turn: turn('t') })
    expect(await two).toBe('t')
    end('t')
    expect([...outbox.pending]).toEqual([])
  })

  test('adds to a running turn, also when that takes several tries', async () => {
    const { outbox, connect, message, feed } = setUp()
    const fake = connect()
    feed.publish({ type: 'turn-started', turn: translateTurn(turn('t')) })
    const sent = outbox.send(message('more'))
    expect(await fake.next(1)).toMatchObject({ method: 'turn/steer', params: { expectedTurnId: 't' } })
    fake.refuse(1, 'no active turn to steer')
    expect((await fake.next(2)).method).toBe('turn/steer')
    fake.answer(2, { turnId: 't' })
    expect(await sent).toBe('t')
  })

  test('gives a link up that does not answer, and asks the thread over the next one', async () => {
    const { outbox, slot, connect, message, arrive, feed } = setUp()
    const silent = connect()
    const sent = outbox.send(message('one'))
    await silent.next(1)
    silent.timeOut(1)
    await silent.closed
    slot.empty()
    feed.publish({ type: 'turn-started', turn: translateTurn(turn('t')) })
    arrive('t', 'one')
    const next = connect()
    expect(await sent).toBe('t')
    expect(next.asked).toEqual([])
  })

  test('starts a turn when the one it was to join has ended meanwhile', async () => {
    const { outbox, connect, message, feed, end } = setUp()
    const fake = connect()
    feed.publish({ type: 'turn-started', turn: translateTurn(turn('t')) })
    const sent = outbox.send(message('more'))
    await fake.next(1)
    fake.refuse(1, 'no active turn to steer')
    end('t')
    expect((await fake.next(2)).method).toBe('turn/start')
    fake.answer(2, { turn: turn('u') })
    expect(await sent).toBe('u')
  })

  test('does not join a turn that is being interrupted', async () => {
    const { outbox, connect, message, end } = setUp()
    const fake = connect()
    const first = message('first')
    first.interruptWanted = true
    const [one, two] = [outbox.send(first), outbox.send(message('second'))]
    await fake.next(1)
    fake.answer(1, { turn: turn('t') })
    await one
    await new Promise((resolve) => setImmediate(resolve))
    expect(fake.asked).toHaveLength(1)
    end('t')
    expect(await fake.next(2)).toMatchObject({
      method: 'turn/start',
      params: { clientUserMessageId: 'id of second' },
    })
    fake.answer(2, { turn: turn('u') })
    expect(await two).toBe('u')
  })

  test('finds a message again that a broken connection had taken with it', async () => {
    const { outbox, slot, connect, message, feed, arrive } = setUp()
    const fake = connect()
    const sent = outbox.send(message('one'))
    await fake.next(1)
    slot.empty()
    fake.cut()
    feed.publish({ type: 'turn-started', turn: translateTurn(turn('t')) })
    arrive('t', 'one')
    const again = connect()
    expect(await sent).toBe('t')
    expect(again.asked).toEqual([])
  })

  test('sends a message again that had not arrived', async () => {
    const { outbox, slot, connect, message } = setUp()
    const fake = connect()
    const sent = outbox.send(message('one'))
    await fake.next(1)
    slot.empty()
    fake.cut()
    const again = connect()
    expect(await again.next(1)).toMatchObject({
      method: 'turn/start',
      params: { clientUserMessageId: 'id of one' },
    })
    again.answer(1, { turn: turn('t') })
    expect(await sent).toBe('t')
  })

  test('gives up what waits when there will be no connection any more', async () => {
    const { outbox, slot, message } = setUp()
    const sent = outbox.send(message('one'))
    slot.end(new Error('over'))
    await expect(sent).rejects.toThrow('over')
    await expect(outbox.send(message('two'))).rejects.toThrow('over')
  })
})

describe('ClientSlot', () => {
  test('hands the connection of the moment to all who wait, and stays ended', async () => {
    const slot = new ClientSlot()
    const waiting = [slot.next(), slot.next()]
    const one = new FakeClient().client
    slot.fill(one)
    expect(await Promise.all(waiting)).toEqual([one, one])
    expect(slot.current).toBe(one)
    slot.empty()
    const later = slot.next()
    const other = new FakeClient().client
    slot.fill(other)
    expect(await later).toBe(other)
    slot.end(new Error('first reason'))
    slot.end(new Error('second'))
    slot.fill(one)
    expect(slot.current).toBeUndefined()
    await expect(slot.next()).rejects.toThrow('first reason')
  })
})

describe('SentTurn', () => {
  const say = (feed: Feed, id: string, text: string): void =>
    feed.publish({ type: 'item-delta', turnId: 't', itemId: id, kind: 'agent-message', text })

  test('yields the answer in pieces that make the whole, several messages apart', async () => {
    const { feed, message } = setUp()
    const sent = message('one')
    const pieces: string[] = []
    const reading = (async () => {
      for await (const piece of sent.text) pieces.push(piece)
    })()
    feed.publish({ type: 'turn-started', turn: translateTurn(turn('t')) })
    sent.started('t')
    for (const [id, texts] of [
      ['a', ['fir', 'st']],
      ['b', ['sec', 'ond']],
    ] as const) {
      feed.publish({
        type: 'item-started',
        turnId: 't',
        item: { type: 'agent-message', id, phase: 'open', text: '' },
      })
      for (const text of texts) say(feed, id, text)
    }
    feed.publish({ type: 'turn-ended', turnId: 't', status: 'completed' })
    expect(sent.settleIfEnded('t')).toBe(true)
    await reading
    expect(pieces.join('')).toBe('first\n\nsecond')
    expect(await sent.result).toEqual({ turnId: 't', status: 'completed', text: 'second' })
  })

  test('shows nothing of an answer whose beginning was missed until it is whole', async () => {
    const { feed, message } = setUp()
    const sent = message('one')
    feed.publish({ type: 'turn-started', turn: translateTurn(turn('t')) })
    sent.started('t')
    say(feed, 'a', 'end of it')
    feed.publish({
      type: 'item-completed',
      turnId: 't',
      item: { type: 'agent-message', id: 'a', phase: 'done', text: 'beginning and end of it' },
    })
    feed.publish({ type: 'turn-ended', turnId: 't', status: 'completed' })
    sent.settleIfEnded('t')
    const pieces: string[] = []
    for await (const piece of sent.text) pieces.push(piece)
    expect(pieces).toEqual(['beginning and end of it'])
  })

  test('fails its name, its result and its text alike', async () => {
    const sent = setUp().message('one')
    const reason = new Error('over')
    sent.fail(reason)
    await expect(sent.turnId).rejects.toBe(reason)
    await expect(sent.result).rejects.toBe(reason)
    await expect(
      (async () => {
        for await (const _ of sent.text) throw new Error('expected no text')
      })(),
    ).rejects.toBe(reason)
  })

  // Codex may have taken it without having told anyone: 0.142.5 does so when the answer is whole.
  test.each([
    ['is in the history once the turn has come to it', true, []],
    ['is sent when the turn has ended without it', false, ['turn/start']],
  ])('a message that an earlier keeper handed to a running turn %s', async (_how, arrives, methods) => {
    const steered = [{ clientId: 'id of added', turnId: 't' }]
    const { feed, outbox, connect, message, arrive, end } = setUp(Promise.resolve(), steered)
    feed.publish({ type: 'turn-started', turn: translateTurn(turn('t')) })
    const fake = connect()
    const sent = outbox.send(message('added'))
    await feed.changed(AbortSignal.timeout(20))
    expect(fake.asked).toEqual([])
    if (arrives) arrive('t', 'added')
    else end('t')
    if (!arrives) {
      await fake.next(1)
      fake.answer(1, { turn: turn('u') })
    }
    expect(await sent).toBe(arrives ? 't' : 'u')
    expect(fake.asked.map(({ method }) => method)).toEqual(methods)
  })

  test('puts a message on record before it hands it to a running turn', async () => {
    const { feed, outbox, onSteer, connect, message } = setUp()
    feed.publish({ type: 'turn-started', turn: translateTurn(turn('t')) })
    const fake = connect()
    const sent = outbox.send(message('added'))
    expect(await fake.next(1)).toMatchObject({ method: 'turn/steer' })
    const record = { clientId: 'id of added', turnId: 't', text: 'added' }
    expect(onSteer).toHaveBeenCalledExactlyOnceWith(record)
    fake.answer(1, { turnId: 't' })
    expect(await sent).toBe('t')
  })
})
