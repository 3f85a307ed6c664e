import { describe, expect, test } from 'vitest'
import { connect } from '../../src/connect.ts'
import { ConnectionClosedError, type ProtocolError } from '../../src/errors.ts'
import type { FrameChannel } from '../../src/transport/frame-channel.ts'
import { clientInfo, serverInfo } from '../connected-client.ts'

/** The far end of a channel, as the test drives it. */
export interface FarEnd {
  send(text: string): void
  /** Sends bytes that are no text frame. */
  sendNonsense(): void
  /** Calls `listener` with every frame that comes from now on. */
  onFrame(listener: (text: string) => void): void
  /** Ends in order, as a server does that shuts down. */
  close(): void
  /** Cuts the link. */
  cut(): void
  /** Reads nothing, and so gives no sign of life, until `resume`. */
  pause(): void
  resume(): void
  /** Resolves when the link has ended, from whichever side. */
  readonly ended: Promise<unknown>
}

export interface Opened extends AsyncDisposable {
  readonly channel: FrameChannel
  readonly farEnd: FarEnd
}

export interface ContractOptions {
  /** Opens a channel and its far end; `keepAliveMs` is for channels that ask for signs of life. */
  open(options: { readonly keepAliveMs: number }): Promise<Opened>
  /**
   * What the transport cannot do by its nature: tell a cut from an end, notice a peer that only fell silent, or hear
   * of a cut behind a process that lives on (then only signs of life tell).
   */
  readonly cannot?: readonly ('tell-a-cut' | 'notice-silence' | 'hear-a-cut')[]
}

const QUIET = { keepAliveMs: 0 }
const LARGE = 64 * 1024 * 1024

/** What every way to an app-server keeps. */
export function describeFrameChannelContract(name: string, { open, cannot = [] }: ContractOptions): void {
  describe(`${name} keeps the FrameChannel contract`, () => {
    test('carries frames in order, both ways at once', async () => {
      await using opened = await open(QUIET)
      const { channel, farEnd } = opened
      const texts = Array.from({ length: 2_000 }, (_, index) =>
        JSON.stringify({ index, text: 'ä'.repeat(index % 50) }),
      )
      const here = collect(texts.length)
      const there = collect(texts.length)
      farEnd.onFrame(there.add)
      channel.start({ frame: here.add, unreadable: expect.fail })
      for (const text of texts) {
        farEnd.send(text)
        channel.send(text)
      }
      expect(await here.all).toEqual(texts)
      expect(await there.all).toEqual(texts)
    })

    test('carries a message of 64 MiB, both ways', async () => {
      await using opened = await open(QUIET)
      const { channel, farEnd } = opened
      const large = JSON.stringify({ text: 'x'.repeat(LARGE) })
      const here = collect(2)
      const there = collect(2)
      farEnd.onFrame(there.add)
      channel.start({ frame: here.add, unreadable: expect.fail })
      channel.send(large)
      channel.send('after')
      farEnd.send(large)
      farEnd.send('after')
      for (const { all } of [here, there]) {
        const [first, second] = await all
        // Not `toBe`: a difference of 64 MiB is nothing to print.
        expect(first === large).toBe(true)
        expect(second).toBe('after')
      }
    })

    test('ends when it is closed here, once, and so does the far end', async () => {
      await using opened = await open(QUIET)
      const { channel, farEnd } = opened
      channel.start({ frame: () => undefined, unreadable: () => undefined })
      await Promise.all([channel.close(), channel.close()])
      channel.send('late')
      expect((await channel.closed).reason).toBe('closed-here')
      await farEnd.ended
    })

    test('ends when the far end closes, after all that it had sent', async () => {
      await using opened = await open(QUIET)
      const { channel, farEnd } = opened
      const frames: string[] = []
      channel.start({ frame: (text) => frames.push(text), unreadable: expect.fail })
      for (let index = 0; index < 500; index += 1) farEnd.send(String(index))
      farEnd.close()
      expect((await channel.closed).reason).toBe('closed-by-peer')
      expect(frames.length).toBe(500)
    })

    test('ends when the link is cut', async () => {
      const isDeaf = cannot.includes('hear-a-cut')
      await using opened = await open(isDeaf ? { keepAliveMs: 150 } : QUIET)
      const { channel, farEnd } = opened
      channel.start({ frame: () => undefined, unreadable: () => undefined })
      farEnd.cut()
      const { reason } = await channel.closed
      // The ping may be what the process in between breaks on.
      if (isDeaf) expect(['keep-alive-timeout', 'link-failed']).toContain(reason)
      else if (cannot.includes('tell-a-cut')) expect(['link-failed', 'closed-by-peer']).toContain(reason)
      else expect(reason).toBe('link-failed')
    })

    test('rejects what a client waits for when the far end goes', async () => {
      await using opened = await open(QUIET)
      const { channel, farEnd } = opened
      answerHandshake(farEnd)
      const client = await connect(channel, { clientInfo })
      const asked = new Promise<void>((resolve) => {
        farEnd.onFrame((text) => {
          if (text.includes('thread/loaded/list')) resolve()
        })
      })
      const pending = client.request('thread/loaded/list', {}).catch((error: unknown) => error)
      await asked
      farEnd.close()
      expect(await pending).toBeInstanceOf(ConnectionClosedError)
      await expect(client.request('thread/loaded/list', {})).rejects.toBeInstanceOf(ConnectionClosedError)
    })

    test('survives nonsense, and reports it', async () => {
      await using opened = await open(QUIET)
      const { channel, farEnd } = opened
      answerHandshake(farEnd)
      const errors: ProtocolError[] = []
      await using client = await connect(channel, {
        clientInfo,
        onProtocolError: (error) => errors.push(error),
      })
      const told = new Promise<void>((resolve) => {
        client.onNotification('thread/closed', () => resolve())
      })
      farEnd.sendNonsense()
      for (const text of ['nonsense', '[1]', '7', 'null', '{"id":{}}', '{"id":99,"result":{}}'])
        farEnd.send(text)
      farEnd.send('{"method":"thread/closed","params":{"threadId":"t"}}')
      await told
      expect(errors.length).toBe(7)
    })

    test('holds back what a peer does not read, and delivers it when it reads again', async () => {
      await using opened = await open(QUIET)
      const { channel, farEnd } = opened
      channel.start({ frame: () => undefined, unreadable: () => undefined })
      const count = 64
      const there = collect(count)
      farEnd.onFrame(there.add)
      farEnd.pause()
      let gone = 0
      const chunk = 'x'.repeat(1024 * 1024)
      for (let index = 0; index < count; index += 1)
        channel.send(chunk, () => {
          gone += 1
        })
      // What the buffers of the system take is gone; of 64 MiB that is little.
      await new Promise((resolve) => setImmediate(resolve))
      expect(gone).toBeLessThan(count / 2)
      farEnd.resume()
      expect((await there.all).length).toBe(count)
    })

    if (!cannot.includes('notice-silence')) {
      test('notices a peer that is there and says nothing', async () => {
        await using opened = await open({ keepAliveMs: 150 })
        const { channel, farEnd } = opened
        channel.start({ frame: () => undefined, unreadable: () => undefined })
        farEnd.pause()
        const since = performance.now()
        expect((await channel.closed).reason).toBe('keep-alive-timeout')
        expect(performance.now() - since).toBeLessThan(10_000)
      })
    }
  })
}

function collect(count: number): { readonly all: Promise<string[]>; readonly add: (text: string) => void } {
  const seen: string[] = []
  let resolve: (texts: string[]) => void = () => undefined
  const all = new Promise<string[]>((given) => {
    resolve = given
  })
  return {
    all,
    add: (text) => {
      seen.push(text)
      if (seen.length === count) resolve(seen)
    },
  }
}

function answerHandshake(farEnd: FarEnd): void {
  farEnd.onFrame((text) => {
    if (text.includes('"initialize"')) farEnd.send(JSON.stringify({ id: 1, result: serverInfo }))
  })
}
