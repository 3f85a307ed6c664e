import { describe, expect, test } from 'vitest'
import type { Timers } from '../../src/connection/timers.ts'
import { TerminalLink } from '../../src/terminal/terminal-link.ts'
import type { TerminalScreen, TerminalSocket } from '../../src/terminal/terminal-link.ts'
import type { TerminalSize } from '../../src/terminal/terminal-messages.ts'

class Socket implements TerminalSocket {
  onopen: TerminalSocket['onopen'] = null
  onmessage: TerminalSocket['onmessage'] = null
  onclose: TerminalSocket['onclose'] = null
  readonly sent: (string | Uint8Array)[] = []
  closed = false

  send(data: string | Uint8Array): void {
    this.sent.push(data)
  }

  close(): void {
    this.closed = true
  }

  opens(): void {
    this.onopen?.({} as Event)
  }

  says(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) } as MessageEvent)
  }

  gives(text: string): void {
    const { buffer } = Uint8Array.from(Buffer.from(text))
    this.onmessage?.({ data: buffer } as MessageEvent)
  }

  breaks(code = 1006): void {
    this.onclose?.({ code } as CloseEvent)
  }

  get texts(): readonly unknown[] {
    return this.sent.filter((one) => typeof one === 'string').map((one) => JSON.parse(one) as unknown)
  }
}

function setUp() {
  const sockets: Socket[] = []
  const shown: string[] = []
  const drawn: (() => void)[] = []
  const due: (() => void)[] = []
  const screen: TerminalScreen = {
    write: (data, done) => {
      shown.push(Buffer.from(data).toString())
      drawn.push(done)
    },
    reset: ({ columns, rows }) => shown.push(`reset ${columns}x${rows}`),
    resize: ({ columns, rows }) => shown.push(`resize ${columns}x${rows}`),
  }
  const timers: Timers = {
    now: () => 0,
    after: (ms, run) => {
      if (ms < 10_000) due.push(run)
      return () => undefined
    },
  }
  const sizes: TerminalSize[] = []
  let loggedOut = 0
  const link = new TerminalLink({
    openSocket: () => {
      const socket = new Socket()
      sockets.push(socket)
      return socket
    },
    screen,
    onScreen: (size) => sizes.push(size),
    onLoggedOut: () => (loggedOut += 1),
    timers,
    random: () => 0,
  })
  link.open()
  const newest = (): Socket => sockets.at(-1)!
  return { link, sockets, newest, shown, drawn, due, sizes, loggedOut: () => loggedOut }
}

function live() {
  const it = setUp()
  it.newest().opens()
  it.newest().says({ type: 'screen', columns: 80, rows: 24, bytes: 5 })
  it.newest().gives('hello')
  return it
}

const bytes = (text: string): Uint8Array<ArrayBuffer> => Buffer.from(text)

describe('a view', () => {
  test('is live once its screen comes, and draws in order', () => {
    const it = setUp()
    expect(it.link.state.read()).toEqual({ state: 'connecting' })
    it.newest().opens()
    expect(it.link.state.read()).toEqual({ state: 'connecting' })
    it.newest().says({ type: 'screen', columns: 80, rows: 24, bytes: 5 })
    it.newest().gives('hello')
    it.newest().says({ type: 'resized', columns: 90, rows: 30 })
    it.newest().gives('more')
    expect(it.link.state.read()).toEqual({ state: 'live' })
    expect(it.shown).toEqual(['reset 80x24', 'hello', 'resize 90x30', 'more'])
    expect(it.sizes).toEqual([{ columns: 80, rows: 24 }])
  })

  test('acknowledges what was drawn, to the connection that it came from', () => {
    const it = live()
    expect(it.newest().sent).toEqual([])
    it.drawn[0]?.()
    expect(it.newest().texts).toEqual([{ type: 'acknowledge', bytes: 5 }])
    it.newest().gives('late')
    it.newest().gives('later')
    it.newest().breaks()
    it.drawn[1]?.()
    it.due.at(-1)?.()
    it.drawn[2]?.()
    expect(it.sockets.map((socket) => socket.sent.length)).toEqual([1, 0])
  })

  test('types and resizes only while it is live', () => {
    const it = setUp()
    expect(it.link.type(bytes('x'))).toBe(false)
    it.link.resize({ columns: 90, rows: 30 })
    expect(it.newest().sent).toEqual([])
    it.newest().opens()
    it.newest().says({ type: 'screen', columns: 80, rows: 24, bytes: 0 })
    expect(it.link.type(bytes('ls\r'))).toBe(true)
    it.link.resize({ columns: 90, rows: 30 })
    expect(it.newest().sent).toEqual([bytes('ls\r'), '{"type":"resize","columns":90,"rows":30}'])
    expect(it.link.type(new Uint8Array(16 * 1024 * 1024 + 1))).toBe(false)
    it.newest().breaks()
    expect(it.link.type(bytes('x'))).toBe(false)
  })

  test('comes back after a broken link with a whole screen', () => {
    const it = live()
    it.newest().breaks()
    expect(it.link.state.read()).toEqual({ state: 'reconnecting', attempt: 1 })
    it.due.at(-1)?.()
    it.newest().opens()
    expect(it.link.state.read()).toEqual({ state: 'reconnecting', attempt: 1 })
    it.newest().says({ type: 'screen', columns: 80, rows: 24, bytes: 5 })
    it.newest().gives('again')
    expect(it.link.state.read()).toEqual({ state: 'live' })
    expect(it.shown).toEqual(['reset 80x24', 'hello', 'reset 80x24', 'again'])
  })

  test('begins anew after nonsense, and shows nothing of it', () => {
    for (const nonsense of [
      (socket: Socket) => socket.says({ type: 'what' }),
      (socket: Socket) => socket.gives('x'),
    ]) {
      const it = setUp()
      it.newest().opens()
      nonsense(it.newest())
      expect(it.link.state.read()).toMatchObject({ state: 'reconnecting' })
      expect(it.newest().closed).toBe(true)
      expect(it.shown).toEqual([])
    }
  })

  test('says how the program ended, stays so, and can be opened again', () => {
    const it = live()
    it.newest().says({ type: 'ended', exitCode: 2, signal: null })
    it.newest().breaks(1000)
    expect(it.link.state.read()).toEqual({ state: 'ended', exitCode: 2, signal: null })
    expect(it.due).toEqual([])
    it.link.open()
    expect(it.link.state.read()).toEqual({ state: 'connecting' })
    expect(it.sockets.length).toBe(2)
  })

  test('says why it could not be opened, and does not try by itself', () => {
    const it = setUp()
    it.newest().opens()
    it.newest().says({ type: 'failed', message: 'No terminal.', remedy: 'Wait.' })
    it.newest().breaks(1011)
    expect(it.link.state.read()).toEqual({
      state: 'failed',
      fault: { message: 'No terminal.', remedy: 'Wait.' },
    })
    expect(it.sockets.length).toBe(1)
  })

  test('tells that the browser is logged out', () => {
    const it = live()
    it.newest().breaks(4401)
    expect(it.loggedOut()).toBe(1)
    expect(it.link.state.read()).toEqual({ state: 'left' })
  })
})
