import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { MANUAL_DEFINITIONS, RESULT_TYPES } from '../../scripts/manual-schemas.ts'
import { methodTables, type MethodRow } from '../../scripts/method-tables.ts'
import { readDump, readSources } from '../../scripts/read-dump.ts'
import type { Definitions } from '../../scripts/schema-types.ts'
import * as methods from '../../src/_generated/methods.ts'

const generated = {
  protocol: readFileSync(new URL('../../src/_generated/protocol.ts', import.meta.url), 'utf8'),
  methods: readFileSync(new URL('../../src/_generated/methods.ts', import.meta.url), 'utf8'),
  shapes: readFileSync(new URL('../../src/_generated/shapes.ts', import.meta.url), 'utf8'),
  support: readFileSync(new URL('../../src/_generated/support.ts', import.meta.url), 'utf8'),
}

const exported = new Set(
  [...generated.protocol.matchAll(/^export (?:type|interface) (\w+)/gm)].map(([, name]) => name),
)

function namesOf(rows: readonly MethodRow[]): string[] {
  return rows.map(({ method }) => method)
}

describe.each(readSources())('the $api dump of codex $codex', (source) => {
  const definitions: Definitions = readDump(source)
  const tables = methodTables(definitions)

  test('is not read when it is not the file that its digest describes', () => {
    expect(() => readDump({ ...source, sha256: source.sha256.replaceAll('a', 'b') })).toThrow(source.file)
    expect(() => readDump({ ...source, bytes: source.bytes + 1 })).toThrow(source.file)
  })

  test('has params and a result for every request, and params for every notification', () => {
    const requests = [...tables.clientRequests, ...tables.serverRequests]
    const types = [...requests, ...tables.serverNotifications, ...tables.clientNotifications].flatMap(
      (row) => [...row.params.split(' | '), ...(row.result ? [row.result] : [])],
    )
    expect(requests.filter(({ result }) => result === undefined)).toEqual([])
    expect(types.filter((name) => name !== 'undefined' && !exported.has(name))).toEqual([])
  })

  test('is wholly in the generated tables', () => {
    expect(methods.CLIENT_METHODS).toEqual(expect.arrayContaining(namesOf(tables.clientRequests)))
    expect(methods.SERVER_REQUEST_METHODS).toEqual(expect.arrayContaining(namesOf(tables.serverRequests)))
    expect(methods.SERVER_NOTIFICATION_METHODS).toEqual(
      expect.arrayContaining(namesOf(tables.serverNotifications)),
    )
  })

  test('is named with its digest at the top of each generated file', () => {
    for (const text of Object.values(generated)) {
      expect(text).toContain('Do not edit.')
      expect(text).toContain(`codex ${source.codex}: schema/${source.file}`)
      expect(text).toContain(source.sha256)
      expect(text).toContain(source.command)
    }
  })
})

describe('what is declared by hand', () => {
  test('names methods and types that exist', () => {
    const known: readonly string[] = methods.CLIENT_METHODS
    expect(Object.keys(RESULT_TYPES).filter((method) => !known.includes(method))).toEqual([])
    expect(Object.values(RESULT_TYPES).filter((name) => !exported.has(name))).toEqual([])
    expect(methods.SERVER_NOTIFICATION_METHODS).toContain('rawResponseItem/completed')
    expect(Object.keys(MANUAL_DEFINITIONS).filter((name) => !exported.has(name))).toEqual([
      'ServerNotification',
    ])
  })

  test('is asked for by name where a result type cannot be found', () => {
    const member = {
      required: ['method'],
      properties: { method: { enum: ['new/thing'] }, params: { type: 'null' } },
    }
    expect(() => methodTables({ ClientRequest: { oneOf: [member] } })).toThrow(/new\/thing.*RESULT_TYPES/)
  })
})
