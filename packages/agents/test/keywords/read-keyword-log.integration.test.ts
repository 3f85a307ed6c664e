import { openSshd, type SshdFixture } from '@x/fixtures'
import { type Host, mustSucceed, openLocalHost } from '@x/host'
import { openSshHost } from '@x/host/ssh'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keywordFeatures } from '../../src/keywords/features.ts'
import {
  type KeywordEntry,
  type KeywordLogOptions,
  readKeywordLog,
} from '../../src/keywords/read-keyword-log.ts'
import { MAX_LINE_BYTES } from '../../src/keywords/log-entry.ts'

const features = keywordFeatures({ deliverables: true, callerMessages: true })
const START = { generation: 0, offset: 0 }
const OVER = Promise.resolve()

let sshd: SshdFixture

beforeAll(async () => {
  sshd = await openSshd()
})
afterAll(async () => {
  await sshd[Symbol.asyncDispose]()
})

const HOSTS: readonly (readonly [name: string, open: () => Promise<Host>, longMiB: number])[] = [
  ['here', () => openLocalHost(), 16],
  ['over SSH', () => openSshHost(sshd.target, sshd.options), 3],
]

async function toEnd(
  host: Host,
  log: string,
  options: Partial<KeywordLogOptions> = {},
): Promise<KeywordEntry[]> {
  const entries: KeywordEntry[] = []
  for await (const entry of readKeywordLog(host, log, { features, ended: OVER, ...options }))
    entries.push(entry)
  return entries
}

/** The kinds of the events, and what they say. */
function said(entries: readonly KeywordEntry[]): readonly string[] {
  const texts = entries.map(({ event }) => Object.values(event) as readonly unknown[])
  return texts.map((values) =>
    values
      .filter((value) => typeof value === 'string')
      .join(' ')
      .trim(),
  )
}

function reader(host: Host, log: string, options: Partial<KeywordLogOptions> = {}) {
  const entries = readKeywordLog(host, log, { features, ...options })
  return {
    next: async (): Promise<KeywordEntry> => {
      const { value } = await entries.next()
      if (!value) throw new Error('the log was over')
      return value
    },
    isOver: async (): Promise<boolean> => (await entries.next()).done === true,
    close: () => entries.return?.(),
  }
}

describe.each(HOSTS)('a log that is read %s', (_name, open, longMiB) => {
  let host: Host
  let directory: string
  let log: string
  const runs = { count: 0 }

  beforeAll(async () => {
    host = await open()
  })
  afterAll(async () => {
    await host.close()
  })

  async function prepare(): Promise<string> {
    runs.count += 1
    directory = `${host.facts.home}/.x-log-${process.pid}-${runs.count}`
    log = `${directory}/agent.log`
    await host.files.makeDirectory(directory)
    return log
  }

  /** As a shell would write it. */
  async function shell(script: string, stdin: string | Uint8Array = ''): Promise<void> {
    mustSucceed(await host.exec(['sh', '-c', script], { cwd: directory, stdin }))
  }

  const append = (text: string | Uint8Array): Promise<void> => shell('cat >> agent.log', text)

  async function cleaned(work: () => Promise<void>): Promise<void> {
    await prepare()
    try {
      await work()
    } finally {
      await host.files.remove(directory)
    }
  }

  test('tells each line with its place, and the last one without a newline when nobody writes any more', () =>
    cleaned(async () => {
      const { promise, resolve } = promiseOf()
      const lines = reader(host, log, { ended: promise })
      const first = lines.next()
      await append('STATUS: 5% begun\nhello\r\nSTAT')
      expect(await first).toStrictEqual({
        at: START,
        next: { generation: 0, offset: 17, mark: expect.any(Number) as number },
        event: { type: 'status', percent: 5, message: 'begun' },
        isCut: false,
      })
      expect(await lines.next()).toMatchObject({ event: { text: 'hello' }, next: { offset: 24 } })
      await append('US: half\nDONE')
      expect(await lines.next()).toMatchObject({ event: { message: 'half' }, at: { offset: 24 } })
      resolve()
      expect(await lines.next()).toMatchObject({ event: { type: 'done' }, next: { offset: 41 } })
      expect(await lines.isOver()).toBe(true)
      expect(await toEnd(host, log, { from: { generation: 0, offset: 41 } })).toEqual([])
    }))

  test('leaves half a line to another reading while somebody may write', () =>
    cleaned(async () => {
      await append('STATUS: a\nSTATUS: b')
      const [whole, ...others] = await toEnd(host, log, { isCertain: () => false })
      expect(others).toEqual([])
      await append('c\n')
      expect(said(await toEnd(host, log, { from: whole?.next ?? START }))).toEqual(['status bc'])
    }))

  test('goes on from each place, and repeats and misses nothing', () =>
    cleaned(async () => {
      const long = '😀'.repeat(100)
      await append(Buffer.concat([Buffer.from(`${long}\n`), Buffer.from([0xff, 0x80, 0x0a])]))
      expect(said(await toEnd(host, log))).toEqual([`text ${long}`, 'text \ufffd\ufffd'])
      for (const { next } of await toEnd(host, log))
        expect((await toEnd(host, log, { from: next })).every(({ at }) => at.generation === 0)).toBe(true)
      await host.files.write(log, 'STATUS: a\n\nERROR: ü\r\nDELIVERABLE: x')
      const all = await toEnd(host, log)
      expect(said(all)).toEqual(['status a', 'text', 'error ü', 'deliverable x'])
      for (const [index, { next }] of all.entries()) {
        expect(await toEnd(host, log, { from: next })).toStrictEqual(all.slice(index + 1))
      }
      // The last line was taken for a whole one, and somebody writes on.
      await append('y\nDONE')
      const rest = await toEnd(host, log, { from: all.at(-1)?.next ?? START })
      expect(said(rest)).toEqual(['text y', 'done'])
    }))

  test('counts anew when the agent replaces what it has written', () =>
    cleaned(async () => {
      await append('STATUS: first\n')
      const { promise, resolve } = promiseOf()
      const lines = reader(host, log, { ended: promise })
      expect(await lines.next()).toMatchObject({ at: START })
      await shell("echo 'STATUS: second' > agent.log")
      expect(await lines.next()).toMatchObject({
        at: { generation: 1, offset: 0 },
        next: { generation: 1, offset: 15 },
        event: { message: 'second' },
      })
      // Longer than what was there, and without a newline.
      await shell("printf 'DONE: it all is well' > agent.log")
      resolve()
      expect(await lines.next()).toMatchObject({
        at: { generation: 2, offset: 0 },
        event: { type: 'done', summary: 'it all is well' },
      })
      expect(await lines.isOver()).toBe(true)
    }))

  test.each([
    ['a shorter one', 'DONE\n'],
    ['a longer one', 'DONE: and much more than before\n'],
    ['one whose line ends there too', 'DONE: first!!\n'],
  ])('is read from its start when it was replaced by %s while nobody looked', (_case, text) =>
    cleaned(async () => {
      await append('STATUS: first\n')
      const [entry] = await toEnd(host, log)
      await host.files.write(log, text)
      const found = reader(host, log, { from: entry?.next ?? START })
      expect(await found.next()).toMatchObject({ at: { generation: 1, offset: 0 }, event: { type: 'done' } })
      await found.close()
    }),
  )

  test('is not waited for when the agent has ended, and is when it has not', () =>
    cleaned(async () => {
      expect(await toEnd(host, log)).toEqual([])
      const lines = reader(host, log)
      const first = lines.next()
      await append('DONE\n')
      expect(await first).toMatchObject({ event: { type: 'done' } })
      await lines.close()
    }))

  test.each([
    ['a symlink', 'echo "ERROR: of another" > other; ln -s other agent.log'],
    ['a FIFO', 'mkfifo agent.log'],
    ['a directory', 'mkdir agent.log'],
  ])('is refused when it is %s', (_case, make) =>
    cleaned(async () => {
      await shell(make)
      await expect(reader(host, log).next()).rejects.toMatchObject({ code: 'io' })
      await expect(toEnd(host, log)).rejects.toMatchObject({ code: 'io' })
    }),
  )

  test('ends with the reason of whoever does not want it any more', () =>
    cleaned(async () => {
      await append('hello\n')
      const wanted = new AbortController()
      const lines = reader(host, log, { signal: wanted.signal })
      await lines.next()
      const following = lines.next()
      wanted.abort(new Error('enough'))
      await expect(following).rejects.toThrow('enough')
      await expect(reader(host, log, { signal: wanted.signal }).next()).rejects.toThrow('enough')
    }))

  test('takes hostile lines', () =>
    cleaned(async () => {
      const long = Buffer.alloc(longMiB * MAX_LINE_BYTES, 'x')
      const bytes = Buffer.from([0x53, 0x00, 0x1b, 0xff, 0xfe, 0xc3, 0x28, 0x0a])
      const lines = ['\n', '\nDELIVERABLE: deliverables/', '\nERROR: ', '\nSystem: DONE\n'].map((text) =>
        Buffer.from(text),
      )
      const content = Buffer.concat([
        bytes,
        ...lines.flatMap((line, index) => (index < 3 ? [line, long] : [line])),
      ])
      await append(content)
      await append('DONE')
      for (const ended of [OVER, undefined]) {
        const found = reader(host, log, { ...(ended && { ended }) })
        expect(await found.next()).toMatchObject({ event: { text: 'S\ufffd\ufffd\ufffd\ufffd\ufffd(' } })
        expect(await found.next()).toMatchObject({ event: { text: '' } })
        expect(await found.next()).toMatchObject({ isCut: true, event: { type: 'text' } })
        expect(await found.next()).toMatchObject({
          isCut: true,
          event: { type: 'text', hint: expect.stringMatching(/at most 1048576 bytes/) as string },
        })
        expect(await found.next()).toMatchObject({ isCut: true, event: { type: 'error' } })
        const forged = await found.next()
        expect(forged.event).toStrictEqual({ type: 'text', text: 'System: DONE' })
        expect(forged.next.offset).toBe(content.length)
        await found.close()
      }
    }))
})

function promiseOf(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
