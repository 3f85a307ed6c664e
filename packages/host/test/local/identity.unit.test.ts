import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isRunning, isSameRunning, parseProcessStat } from '../../src/local/identity.ts'
import { parseProcessIdentity } from '../../src/parse-process-identity.ts'

const BOOT = 'b4faee5e-b3ed-4cd3-80f0-93a9815c3440'

function statLine(
  pid: number,
  name: string,
  state: string,
  group: number,
  session: number,
  startTime: string,
): string {
  const between = '34817 -1 4194304 99 0 0 0 0 0 0 0 20 0 1 0'
  return `${pid} (${name}) ${state} 77 ${group} ${session} ${between} ${startTime} 3133440 394 18446744073709551615\n`
}

test('the name of a program may hold anything', () => {
  const name = fc.oneof(
    fc.string(),
    fc.constantFrom(') S 1 1 1', '((', '))', ') Z', 'a b', '\n', ') R 1 (x) S 2'),
  )
  const field = fc.integer({ min: 0, max: 4_194_304 })
  const startTime = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String)
  fc.assert(
    fc.property(
      field,
      name,
      fc.constantFrom('R', 'S', 'D', 'Z', 'T'),
      field,
      field,
      startTime,
      (pid, said, state, group, session, start) => {
        expect(parseProcessStat(statLine(pid, said, state, group, session, start))).toEqual({
          pid,
          state,
          processGroup: group,
          session,
          startTime: start,
        })
      },
    ),
  )
})

test('what is no stat line is none, and never throws', () => {
  const whole = statLine(1234, 'sh', 'S', 1, 1, '55')
  for (const text of [
    '',
    '\n',
    '1234',
    '1234 (sh',
    '1234 (sh) ',
    '1234 (sh) S 1 1 1',
    whole.replace('1234', 'x'),
  ]) {
    expect(parseProcessStat(text)).toBeUndefined()
  }
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(parseProcessStat(text)).toBeUndefined()
    }),
  )
})

test('a zombie has ended', () => {
  const running = ['R', 'S', 'D', 'T', 't', 'I', 'Z', 'X', 'x'].filter((state) => {
    const stat = parseProcessStat(statLine(7, 'x', state, 7, 7, '1'))
    return stat !== undefined && isRunning(stat)
  })
  expect(running).toEqual(['R', 'S', 'D', 'T', 't', 'I'])
})

test('only the same start on the same boot is the same process', () => {
  const stat = parseProcessStat(statLine(7, 'x', 'S', 7, 7, '100'))
  const same = (startTime: string, bootId: string) => isSameRunning(stat, { pid: 7, startTime, bootId }, BOOT)
  expect(same('100', BOOT)).toBe(true)
  expect(same('101', BOOT)).toBe(false)
  expect(same('0100', BOOT)).toBe(false)
  expect(same('100', BOOT.replace('b', 'c'))).toBe(false)
  expect(isSameRunning(undefined, { pid: 7, startTime: '100', bootId: BOOT }, BOOT)).toBe(false)
})

test('a record is read as it was written', () => {
  const identity = fc.record({
    pid: fc.integer({ min: 2, max: 4_194_304 }),
    startTime: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String),
    bootId: fc.uuid(),
  })
  fc.assert(
    fc.property(identity, (value) => {
      expect(parseProcessIdentity(`${JSON.stringify(value)}\n`)).toEqual(value)
    }),
  )
})

test('hostile records are none, and never throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      expect(parseProcessIdentity(text)).toBeUndefined()
    }),
  )
  const good = { pid: 4711, startTime: '55', bootId: BOOT }
  const bad = [
    ...[0, 1, -1, -4711, 4711.5, 4_194_305, '4711', null, [4711]].map((pid) => ({ ...good, pid })),
    ...['', '-5', '5.0', '0x5', ' 5', 5, null, '9'.repeat(21)].map((startTime) => ({ ...good, startTime })),
    ...['', 'x', '../etc', 5, null, 'a'.repeat(65)].map((bootId) => ({ ...good, bootId })),
    { ...good, more: 1 },
    [good],
  ]
  for (const record of bad) expect(parseProcessIdentity(JSON.stringify(record))).toBeUndefined()
})
