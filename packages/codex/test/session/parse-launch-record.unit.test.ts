import { describe, expect, test } from 'vitest'
import { parseLaunchRecord, type LaunchRecord } from '../../src/session/parse-launch-record.ts'

const record: LaunchRecord = {
  schema: 1,
  taskId: 'mine',
  threadId: null,
  spoken: false,
  kept: false,
  binary: '/cache/codex/1/bin/codex',
  installation: '/cache/codex/1',
  version: '0.169.0',
  directory: '/code',
  login: { kind: 'endpoint', baseUrl: 'http://127.0.0.1:1/v1', model: 'm', hasKey: true },
  posture: 'confined',
  approvals: 'ask',
  createdAt: 1,
}

describe('parseLaunchRecord', () => {
  test('reads what was written', () => {
    for (const login of [record.login, { kind: 'api-key' } as const]) {
      expect(parseLaunchRecord(JSON.stringify({ ...record, login, threadId: 't' }))).toEqual({
        ...record,
        login,
        threadId: 't',
      })
    }
  })

  test('drops what it does not know', () => {
    const text = JSON.stringify({ ...record, later: true, login: { ...record.login, key: 'sk-canary' } })
    expect(parseLaunchRecord(text)).toEqual(record)
  })

  test.each([
    ['', /not JSON/],
    ['{"schema":1', /not JSON/],
    ['null', /does not fit/],
    ['[]', /does not fit/],
    [JSON.stringify({ ...record, schema: 2 }), /schema/],
    [JSON.stringify({ ...record, taskId: 7 }), /taskId/],
    [JSON.stringify({ ...record, posture: 'unconfined' }), /posture/],
    [JSON.stringify({ ...record, approvals: 'sometimes' }), /approvals/],
    [JSON.stringify({ ...record, login: { kind: 'other' } }), /login/],
    [JSON.stringify({ ...record, threadId: undefined }), /threadId/],
  ])('refuses %s', (text, message) => {
    expect(() => parseLaunchRecord(text)).toThrow(message)
  })
})
