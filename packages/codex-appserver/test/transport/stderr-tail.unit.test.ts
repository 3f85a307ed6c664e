import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { ConnectionClosedError } from '../../src/errors.ts'
import { openLineChannel } from '../../src/transport/stdio.ts'
import { StderrTail } from '../../src/transport/stderr-tail.ts'

describe('StderrTail', () => {
  test('keeps the last 8 KiB of whatever comes, without the half line at its beginning', () => {
    const stream = new PassThrough()
    const tail = new StderrTail(stream)
    for (let line = 0; line < 10_000; line += 1) stream.write(`line ${String(line)}\n`)
    expect(tail.text()).toMatch(/^line \d+\nline [^]*\nline 9999$/)
    expect(tail.text().length).toBeLessThanOrEqual(8 * 1_024)
    stream.write(`${'x'.repeat(100_000)}\nlast`)
    expect(tail.text()).toBe('last')
  })

  test('shows no secret, nor the rest of one that was cut', () => {
    const stream = new PassThrough()
    const tail = new StderrTail(stream)
    stream.write('key sk-abcdefghijklmn\nOPENAI_API_KEY=abc\nend\n')
    expect(tail.text()).toBe('key [removed]\nOPENAI_API_KEY=[removed]\nend')
    stream.write(`sk-${'s'.repeat(9_000)}\nmore`)
    expect(tail.text()).toBe('more')
  })

  test('is whole when the process has ended, although its last words come after its output', async () => {
    const [readable, stderr] = [new PassThrough(), new PassThrough()]
    const channel = openLineChannel({ readable, writable: new PassThrough(), stderr })
    channel.start({ frame: () => undefined, unreadable: () => undefined })
    stderr.write('Error: first\n')
    readable.end()
    readable.once('close', () => setImmediate(() => stderr.end('Error: no such config\n')))
    const closed = await channel.closed
    expect(closed).toMatchObject({ reason: 'closed-by-peer', stderr: 'Error: first\nError: no such config' })
    const error = new ConnectionClosedError(closed, 'initialize')
    expect(error.stderr).toBe('Error: first\nError: no such config')
    expect(error.message).toBe(
      'the app-server ended its output, while initialize was waiting for its answer; it said: Error: no such config',
    )
  })
})
