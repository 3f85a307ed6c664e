import { describe, expect, test } from 'vitest'
import { compareProtocols, type Change } from '../../../scripts/diff/compare-protocols.ts'
import { loadProtocol, type Protocol } from '../../../scripts/diff/load-protocol.ts'
import { renderDiff } from '../../../scripts/diff/render-diff.ts'
import { usedMethods } from '../../../scripts/diff/used-methods.ts'
import type { Definitions, Schema } from '../../../scripts/schema-types.ts'

const text: Schema = { type: 'string' }

function request(method: string, params: string): Schema {
  const properties = { method: { enum: [method] }, params: { $ref: `#/definitions/${params}` } }
  return { properties, required: ['method', 'params'] }
}

/** One request that we use and one that we do not, with the types given. */
function protocol(types: Definitions, methods = ['a/used', 'b/other']): Protocol {
  const definitions: Definitions = {
    ClientRequest: {
      oneOf: methods.map((method) => request(method, method === 'a/used' ? 'UsedParams' : 'OtherParams')),
    },
    UsedParams: { type: 'object', properties: {} },
    UsedResponse: { type: 'object', properties: {} },
    OtherParams: { type: 'object', properties: {} },
    OtherResponse: { type: 'object', properties: {} },
    ...types,
  }
  return { name: 'test', stable: definitions, experimental: definitions }
}

function changes(before: Protocol, after: Protocol): readonly Change[] {
  return compareProtocols(before, after, (methods) => new Set(['a/used'].filter((each) => methods.has(each))))
    .changes
}

/** `! Type.at what` where it can break us, `* ...` where we use it. */
function marks(before: Definitions, after: Definitions): readonly string[] {
  return changes(protocol(before), protocol(after)).map(
    ({ kind, of, at, what, used, breaking }) =>
      `${breaking ? '!' : used ? '*' : ' '} ${kind} ${of}${at} ${what}`,
  )
}

function object(properties: Schema['properties'], ...required: string[]): Schema {
  return { type: 'object', properties: properties ?? {}, required }
}

describe('what breaks us', () => {
  test('is less in what comes, and more duty in what goes', () => {
    const before = { UsedParams: object({ a: text }), UsedResponse: object({ b: text, c: text }, 'b', 'c') }
    const after = {
      UsedParams: object({ a: text, x: text, y: text }, 'a', 'x'),
      UsedResponse: object({ b: text, d: text }),
    }
    expect(marks(before, after)).toEqual([
      '! became-required UsedParams a',
      '! property-added UsedParams x (required)',
      '* property-added UsedParams y',
      '! became-optional UsedResponse b',
      '! property-removed UsedResponse c',
      '* property-added UsedResponse d',
    ])
  })

  test('is more types in what comes, and fewer in what goes', () => {
    const wide: Schema = { type: ['string', 'null'] }
    expect(
      marks({ UsedResponse: object({ a: text }) }, { UsedResponse: object({ a: { type: 'number' } }) }),
    ).toEqual(['! type-changed UsedResponse.a string -> number'])
    const member = (before: Schema, after: Schema): readonly string[] =>
      marks({ UsedParams: object({ a: before }) }, { UsedParams: object({ a: after }) })
    expect(member(text, wide)).toEqual(['* member-added UsedParams.a null'])
    expect(member(wide, text)).toEqual(['! member-removed UsedParams.a null'])
  })

  test('reaches through references and lists, and tells members by what names them', () => {
    const item = (type: string, properties: Schema['properties'] = {}): Schema => ({
      properties: { type: { enum: [type] }, ...properties },
      required: ['type'],
    })
    const response = object({ items: { type: 'array', items: { $ref: '#/definitions/Item' } } })
    const before = {
      UsedResponse: response,
      Item: { oneOf: [item('x', { t: text }), item('gone')] },
      Status: { enum: ['one', 'two'] },
    }
    const after = {
      UsedResponse: response,
      Item: { oneOf: [item('x'), item('new')] },
      Status: { enum: ['two', 'three'] },
    }
    expect(marks(before, after)).toEqual([
      '! property-removed Item(x) t',
      '! member-removed Item gone',
      '* member-added Item new',
      '  member-removed Status "one"',
      '  member-added Status "three"',
    ])
  })

  test('is not another name for the same primitive', () => {
    const response = (name: string): Definitions => ({
      UsedResponse: object({ a: { $ref: `#/definitions/${name}` } }),
      Path: text,
      OldPath: text,
    })
    expect(marks(response('Path'), response('OldPath'))).toEqual([])
  })

  test('is a method that went away or that not every client may use any more', () => {
    const both = protocol({})
    expect(changes(both, protocol({}, ['b/other']))).toEqual([
      expect.objectContaining({ kind: 'method-removed', of: 'a/used', breaking: true }),
    ])
    const experimental = { ...both, stable: protocol({}, []).stable }
    expect(changes(both, experimental)).toMatchObject([
      { kind: 'method-stability', of: 'a/used', what: 'stable -> experimental', breaking: true },
      { kind: 'method-stability', of: 'b/other', used: false, breaking: false },
    ])
    expect(changes(experimental, both).filter(({ breaking }) => breaking)).toEqual([])
  })
})

describe('the committed dumps', () => {
  const floor = loadProtocol('0.142.5', '/')
  const newest = loadProtocol('0.169.0', '/')

  test('differ in what is known to differ', () => {
    const diff = compareProtocols(floor, newest, usedMethods)
    expect(diff.usedMethods).toEqual(expect.arrayContaining(['thread/start', 'turn/start', 'item/completed']))
    expect(diff.usedMethods).not.toContain('thread/realtime/start')
    expect(diff.changes).toEqual(
      expect.arrayContaining([
        { kind: 'method-removed', of: 'thread/rollback', at: '', what: '', used: false, breaking: false },
        expect.objectContaining({ kind: 'method-added', of: 'thread/revert' }),
        expect.objectContaining({ kind: 'method-stability', of: 'thread/turns/list' }),
        expect.objectContaining({ of: 'AskForApproval', what: '"on-failure"', breaking: true }),
      ]),
    )
    const words = renderDiff(diff)
    expect(words).toMatch(/^0\.142\.5 -> 0\.169\.0: \d+ changes/)
    expect(words).toContain('! AskForApproval  "on-failure"')
  })

  test('do not differ from themselves', () => {
    expect(compareProtocols(newest, newest, usedMethods).changes).toEqual([])
  })

  test('betray a property that we use and that is missing', () => {
    const dump = structuredClone(newest.experimental) as Record<
      string,
      { properties: Record<string, unknown> }
    >
    delete dump['Turn']?.properties['status']
    const planted = { ...newest, experimental: dump as Definitions }
    expect(compareProtocols(newest, planted, usedMethods).changes).toEqual([
      { kind: 'property-removed', of: 'Turn', at: '', what: 'status', used: true, breaking: true },
    ])
  })
})
