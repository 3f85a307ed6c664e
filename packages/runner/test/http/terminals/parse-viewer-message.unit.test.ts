import { describe, expect, test } from 'vitest'
import { parseTerminalQuery } from '../../../src/http/terminals/parse-terminal-query.ts'
import { parseViewerMessage } from '../../../src/http/terminals/parse-viewer-message.ts'
import { readTerminalRequest } from '../../../src/http/terminals/terminal-request.ts'

describe('what a viewer says', () => {
  test.each([
    { type: 'acknowledge', bytes: 1 },
    { type: 'resize', columns: 2, rows: 1 },
    { type: 'resize', columns: 1000, rows: 1000 },
    { type: 'burst', bytes: 16 * 1024 * 1024 },
  ])('%j is understood', (message) => {
    expect(parseViewerMessage(JSON.stringify(message))).toEqual(message)
  })

  test.each([
    '',
    'null',
    '[]',
    '{',
    '{"type":"type"}',
    '{"type":"acknowledge"}',
    '{"type":"acknowledge","bytes":0}',
    '{"type":"acknowledge","bytes":-1}',
    '{"type":"acknowledge","bytes":1.5}',
    '{"type":"acknowledge","bytes":1e300}',
    '{"type":"acknowledge","bytes":"1"}',
    '{"type":"acknowledge","bytes":1,"more":1}',
    '{"type":"resize","columns":1,"rows":1}',
    '{"type":"resize","columns":80,"rows":0}',
    '{"type":"resize","columns":1001,"rows":24}',
    '{"type":"burst","bytes":16777217}',
  ])('%s is not', (text) => {
    expect(parseViewerMessage(text)).toBeUndefined()
  })
})

describe('what a viewer asks for', () => {
  test('is a session, a size and whether it may type', () => {
    expect(
      readTerminalRequest('/api/sessions/s-1/terminal', new URLSearchParams('mode=read&columns=100&rows=30')),
    ).toEqual({ sessionId: 's-1', mode: 'read', size: { columns: 100, rows: 30 } })
    expect(parseTerminalQuery(new URLSearchParams())).toEqual({
      mode: 'write',
      size: { columns: 80, rows: 24 },
    })
  })

  test.each([
    '/api/sessions/s-1/terminal/',
    '/api/sessions/s%2d1/terminal',
    '/api/sessions//terminal',
    '/api/sessions/s-1/terminals',
    '/api/sessions/s-1/x/terminal',
  ])('is nothing at %s', (path) => {
    expect(readTerminalRequest(path, new URLSearchParams())).toBeUndefined()
  })

  // A viewer that asks to read only must not get more because of how it asks.
  test.each([
    'mode=Read',
    'mode=',
    'mode=read&mode=write',
    'mode=write&mode=read',
    'mod=read',
    'columns=1',
    'rows=9999',
    'columns=-5',
    'rows=1e2',
  ])('the query %s is refused', (query) => {
    expect(readTerminalRequest('/api/sessions/s-1/terminal', new URLSearchParams(query))).toBe('bad')
  })
})
