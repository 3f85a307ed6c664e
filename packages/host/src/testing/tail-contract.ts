import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import type { TailLine } from '../tail.ts'
import type { ContractScope } from './contract-scope.ts'
import type { ContractCase } from './describe-host-contract.ts'

/** Long enough for something to happen that must not. */
const STILL_MS = 300

/** What `Host.tail` promises. */
export function tailContract(contractCase: ContractCase): void {
  contractCase(
    'lines come with the offset after them, those there before and those that follow',
    async (scope) => {
      const { host, at, shell } = scope
      await host.files.write(at('log'), 'one\n\nz\u00e9ro\n')
      const lines = reader(scope.host.tail(at('log')))
      expect(await lines.take(3)).toEqual([
        { line: 'one', offset: 4 },
        { line: '', offset: 5 },
        { line: 'z\u00e9ro', offset: 11 },
      ])
      for (const word of ['more', 'and more']) {
        const next = lines.take(1)
        await shell('echo "$1" >>log', word)
        expect((await next)[0]?.line).toBe(word)
      }
      await lines.leave()
    },
  )

  contractCase('another tail goes on at any offset, and neither loses nor repeats', async ({ host, at }) => {
    const words = ['a', '', 'ccc', '\u20ac', 'last']
    await host.files.write(at('log'), words.map((word) => `${word}\n`).join(''))
    const all = await takeFrom(host.tail(at('log')), words.length)
    for (const [index, { offset }] of all.entries()) {
      const rest = words.length - index - 1
      if (rest > 0)
        expect(await takeFrom(host.tail(at('log'), { from: offset }), rest)).toEqual(all.slice(-rest))
    }
    // In the middle of a line, what is left of it is a line.
    expect(await takeFrom(host.tail(at('log'), { from: 4 }), 1)).toEqual([{ line: 'cc', offset: 7 }])
  })

  contractCase('it can begin at the end', async ({ host, at, shell }) => {
    await host.files.write(at('log'), 'old\nhalf')
    const lines = reader(host.tail(at('log'), { from: 'end' }))
    const next = lines.take(2)
    await delay(STILL_MS)
    await shell('echo " and half" >>log; echo new >>log')
    expect(await next).toEqual([
      { line: ' and half', offset: 18 },
      { line: 'new', offset: 22 },
    ])
    await lines.leave()
  })

  contractCase('a file, and its directory, may come into being later', async ({ host, at, shell }) => {
    const lines = reader(host.tail(at('later/log'), { from: 'end' }))
    const next = lines.take(2)
    await delay(STILL_MS)
    await shell('mkdir later; echo first >later/log; echo second >>later/log')
    expect(await next).toEqual([
      { line: 'first', offset: 6 },
      { line: 'second', offset: 13 },
    ])
    await lines.leave()
  })

  contractCase('a line is told when it is whole', async ({ host, at, shell }) => {
    const lines = reader(host.tail(at('log')))
    await shell('printf "par" >>log')
    const next = lines.take(1)
    expect(await Promise.race([next, delay(STILL_MS, 'nothing')])).toBe('nothing')
    await shell('printf "tial\\n" >>log')
    expect(await next).toEqual([{ line: 'partial', offset: 8 }])
    await lines.leave()
  })

  contractCase('long lines pass', async ({ host, at }) => {
    const [long, longer] = ['x'.repeat(200_000), '\u20ac'.repeat(5_592_405)]
    await host.files.write(at('log'), `${long}\n${longer}\nend\n`)
    const [first, second, third] = await takeFrom(host.tail(at('log')), 3)
    expect([first?.line === long, second?.line === longer]).toEqual([true, true])
    expect(third).toEqual({ line: 'end', offset: 200_001 + 16_777_216 + 4 })
  })

  contractCase('a line that is too long is cut, and the next one is whole', async ({ host, at }) => {
    await host.files.write(at('log'), `${'x'.repeat(1_000_000)}\n12345\n123456\r\n1234\r\n`)
    expect(await takeFrom(host.tail(at('log'), { maxLineBytes: 5 }), 4)).toEqual([
      { line: 'xxxxx', offset: 1_000_001, cut: true },
      { line: '12345', offset: 1_000_007 },
      { line: '12345', offset: 1_000_015, cut: true },
      { line: '1234', offset: 1_000_021 },
    ])
  })

  contractCase('characters may come in pieces; what is none becomes U+FFFD', async ({ host, at, shell }) => {
    const lines = reader(host.tail(at('log')))
    const next = lines.take(2)
    for (const octal of ['342', '202', '254', '012', '141', '377', '142', '015', '012']) {
      await shell('printf "\\\\$1" | cat >>log', octal)
    }
    expect(await next).toEqual([
      { line: '\u20ac', offset: 4 },
      { line: 'a\uFFFDb', offset: 9 },
    ])
    await lines.leave()
  })

  tailChanges(contractCase)
  tailEndings(contractCase)
}

function tailChanges(contractCase: ContractCase): void {
  contractCase(
    'after a rotation the rest of the old file is told, then the new one',
    async ({ host, at, shell }) => {
      await host.files.write(at('log'), 'one\n')
      const lines = reader(host.tail(at('log')))
      expect(await lines.take(1)).toEqual([{ line: 'one', offset: 4 }])
      for (let round = 0; round < 3; round += 1) {
        const next = lines.take(3)
        await shell('printf "late\\nhalf" >>log; mv log log.1; echo new >log; echo newer >>log')
        expect((await next).slice(-2)).toEqual([
          { line: 'new', offset: 4, truncated: true },
          { line: 'newer', offset: 10 },
        ])
        expect((await next)[0]?.line).toBe('late')
      }
      await lines.leave()
    },
  )

  contractCase('while the path leads nowhere the old file is followed', async ({ host, at, shell }) => {
    await host.files.write(at('log'), 'one\n')
    const lines = reader(host.tail(at('log')))
    await lines.take(1)
    const late = lines.take(1)
    await shell('mv log log.1; echo late >>log.1')
    expect(await late).toEqual([{ line: 'late', offset: 9 }])
    const next = lines.take(1)
    await shell('echo one >log')
    expect(await next).toEqual([{ line: 'one', offset: 4, truncated: true }])
    await lines.leave()
  })

  contractCase('a file that was removed comes back as another one', async ({ host, at, shell }) => {
    await host.files.write(at('log'), 'one\n')
    const lines = reader(host.tail(at('log')))
    await lines.take(1)
    const next = lines.take(1)
    await shell('rm log; echo one >log')
    expect(await next).toEqual([{ line: 'one', offset: 4, truncated: true }])
    await lines.leave()
  })

  contractCase(
    'a truncated file is told from its start, however long it is by then',
    async ({ host, at, shell }) => {
      await host.files.write(at('log'), 'one\ntwo\nthr')
      const lines = reader(host.tail(at('log')))
      await lines.take(2)
      for (const text of ['x\n', `longer than before ${'x'.repeat(300)}\n`, 'y\n']) {
        const next = lines.take(1)
        await shell('printf %s "$1" >log', text)
        expect(await next).toEqual([{ line: text.trimEnd(), offset: text.length, truncated: true }])
      }
      const after = lines.take(1)
      await shell('echo after >>log')
      expect(await after).toEqual([{ line: 'after', offset: 8 }])
      await lines.leave()
    },
  )

  contractCase('an offset beyond the end means that the file was truncated since', async ({ host, at }) => {
    await host.files.write(at('log'), 'one\n')
    const lines = await takeFrom(host.tail(at('log'), { from: 100 }), 1)
    expect(lines).toEqual([{ line: 'one', offset: 4, truncated: true }])
  })

  contractCase(
    'a symlink is followed, unless that is refused; what is no file always is',
    async ({ host, at, shell, directory }) => {
      await shell('mkdir real; echo one >real/log; ln -s real/log link; mkfifo fifo')
      const lines = reader(host.tail(at('link')))
      expect(await lines.take(1)).toEqual([{ line: 'one', offset: 4 }])
      const next = lines.take(1)
      await shell('echo two >>real/log')
      expect(await next).toEqual([{ line: 'two', offset: 8 }])
      await lines.leave()
      const refused = [
        host.tail(at('link'), { noFollow: true }),
        host.tail(at('fifo'), { noFollow: true }),
        host.tail(at('fifo')),
        host.tail(directory),
      ]
      for (const tail of refused) {
        await expect(takeFrom(tail, 1)).rejects.toMatchObject({ name: 'HostError', code: 'io' })
      }
      expect(await takeFrom(host.tail(at('real/log'), { noFollow: true }), 1)).toHaveLength(1)
    },
  )
}

function tailEndings(contractCase: ContractCase): void {
  contractCase('who pauses loses nothing', async ({ host, at, shell }) => {
    const lines = reader(host.tail(at('log')))
    await shell('seq 1 100000 >>log')
    expect((await lines.take(1))[0]?.line).toBe('1')
    await shell('seq 100001 200000 >>log')
    await delay(STILL_MS)
    const rest = await lines.take(199_999)
    expect(rest.every(({ line }, index) => line === String(index + 2))).toBe(true)
    await lines.leave()
  })

  contractCase('an abort ends it at once, with the reason', async ({ host, at }) => {
    await host.files.write(at('log'), 'one\ntwo\n')
    const reason = new Error('enough')
    const stop = new AbortController()
    const lines = reader(host.tail(at('log'), { signal: stop.signal }))
    await lines.take(2)
    const next = expect(lines.take(1)).rejects.toBe(reason)
    stop.abort(reason)
    await next
    await expect(takeFrom(host.tail(at('log'), { signal: stop.signal }), 1)).rejects.toBe(reason)
    const late = new AbortController()
    const paused = reader(host.tail(at('log'), { signal: late.signal }))
    await paused.take(1)
    late.abort(reason)
    await expect(paused.take(1)).rejects.toBe(reason)
  })

  contractCase('leaving it ends a wait', async ({ host, at }) => {
    const iterator = host.tail(at('log'))[Symbol.asyncIterator]()
    const waiting = iterator.next()
    await delay(20)
    await iterator.return?.()
    expect(await waiting).toMatchObject({ done: true })
    expect(await iterator.next()).toMatchObject({ done: true })
  })

  contractCase('closing the host ends it with closed', async ({ open, at }) => {
    const other = await open()
    const lines = reader(other.tail(at('log')))
    const next = expect(lines.take(1)).rejects.toMatchObject({ name: 'HostError', code: 'closed' })
    await other.close()
    await next
    await expect(takeFrom(other.tail(at('log')), 1)).rejects.toMatchObject({ code: 'closed' })
  })

  contractCase('misuse is a TypeError at once', ({ host, at }) => {
    const misuses = [
      () => host.tail('log'),
      () => host.tail(at('log'), { from: -1 }),
      () => host.tail(at('log'), { from: 1.5 }),
      () => host.tail(at('log'), { maxLineBytes: -1 }),
    ]
    for (const misuse of misuses) expect(misuse).toThrow(TypeError)
    return Promise.resolve()
  })
}

interface TailTaker {
  /** The next so many lines. */
  take(count: number): Promise<readonly TailLine[]>
  leave(): Promise<void>
}

function reader(tail: ReturnType<ContractScope['host']['tail']>): TailTaker {
  const iterator = tail[Symbol.asyncIterator]()
  return {
    async take(count) {
      const lines: TailLine[] = []
      while (lines.length < count) {
        const next = await iterator.next()
        if (next.done === true) throw new Error(`the tail ended after ${lines.length} of ${count} lines`)
        lines.push(next.value)
      }
      return lines
    },
    async leave() {
      await iterator.return?.()
    },
  }
}

async function takeFrom(
  tail: ReturnType<ContractScope['host']['tail']>,
  count: number,
): Promise<readonly TailLine[]> {
  const lines = reader(tail)
  try {
    return await lines.take(count)
  } finally {
    await lines.leave()
  }
}
