import { expect, test } from 'vitest'

import { RequestLog, type RecordedRequest } from '../../src/server/request-log.ts'
import { requestWith, user } from '../read-fixture.ts'

function request(text: string): RecordedRequest {
  return {
    ...requestWith('codex-0.169.0', user(text)),
    bearer: undefined,
    headers: {},
    signal: new AbortController().signal,
  }
}

const [one, two, three] = [request('1'), request('2'), request('3')]

test('the oldest goes when there are too many', () => {
  const log = new RequestLog({ maxCount: 2, maxBytes: 100 })
  for (const each of [one, two, three]) log.add(each, 1)
  expect(log.requests).toEqual([two, three])
})

test('the oldest go when they are too large', () => {
  const log = new RequestLog({ maxCount: 9, maxBytes: 10 })
  log.add(one, 4)
  log.add(two, 4)
  log.add(three, 8)
  expect(log.requests).toEqual([three])
})

test('each is handed out once, before or after it came', async () => {
  const log = new RequestLog({ maxCount: 9, maxBytes: 100 })
  log.add(one, 1)
  expect(await log.next()).toBe(one)
  const waiting = [log.next(), log.next()]
  log.add(two, 1)
  log.add(three, 1)
  expect(await Promise.all(waiting)).toEqual([two, three])
})

test('whoever waits gets it even if nothing is kept', async () => {
  const log = new RequestLog({ maxCount: 0, maxBytes: 100 })
  const waiting = log.next()
  log.add(one, 1)
  expect(await waiting).toBe(one)
  expect(log.requests).toEqual([])
})

test('a wait ends with its signal or with the log, and takes nothing from others', async () => {
  const log = new RequestLog({ maxCount: 9, maxBytes: 100 })
  const stop = new AbortController()
  const aborted = log.next(stop.signal)
  const patient = log.next()
  stop.abort(new Error('enough'))
  await expect(aborted).rejects.toThrow('enough')
  log.add(one, 1)
  expect(await patient).toBe(one)
  const left = log.next()
  log.close()
  await expect(left).rejects.toMatchObject({ code: 'closed' })
  await expect(log.next()).rejects.toMatchObject({ code: 'closed' })
})
