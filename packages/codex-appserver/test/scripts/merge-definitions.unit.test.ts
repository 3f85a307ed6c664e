import { describe, expect, test } from 'vitest'
import { extendDefinitions, mergeDefinitions } from '../../scripts/merge-definitions.ts'
import type { Schema } from '../../scripts/schema-types.ts'

function merge(older: Schema, newer: Schema): Schema | undefined {
  return mergeDefinitions({ T: older }, { T: newer })['T']
}

describe('mergeDefinitions', () => {
  test('keeps what only one version has, and takes the newer prose', () => {
    const merged = mergeDefinitions(
      { Gone: { type: 'string' }, Same: { type: 'string', description: 'old' } },
      { New: { type: 'number' }, Same: { type: 'string', description: 'new' } },
    )
    expect(merged).toEqual({
      Gone: { type: 'string' },
      New: { type: 'number' },
      Same: { type: 'string', description: 'new' },
    })
  })

  test('requires a property only where both versions do', () => {
    const older: Schema = {
      type: 'object',
      properties: { a: { type: 'string' }, gone: {} },
      required: ['a', 'gone'],
    }
    const newer: Schema = {
      type: 'object',
      properties: { a: { type: 'string' }, b: {} },
      required: ['a', 'b'],
    }
    expect(merge(older, newer)).toEqual({
      type: 'object',
      properties: { a: { type: 'string' }, gone: {}, b: {} },
      required: ['a'],
    })
  })

  test('unites the members of an enumeration', () => {
    expect(merge({ type: 'string', enum: ['a', 'b'] }, { type: 'string', enum: ['b', 'c'] })?.oneOf).toEqual([
      { type: 'string', enum: ['b'] },
      { type: 'string', enum: ['c'] },
      { type: 'string', enum: ['a'] },
    ])
  })

  test('unites the members of a union by what tells them apart', () => {
    const member = (type: string, ...names: string[]): Schema => ({
      properties: {
        type: { enum: [type] },
        ...Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
      },
      required: ['type', ...names],
    })
    const merged = merge(
      { oneOf: [member('a', 'x'), member('gone')] },
      { oneOf: [member('a', 'x', 'y'), member('new')] },
    )
    expect(merged?.oneOf).toEqual([
      { ...member('a', 'x', 'y'), required: ['type', 'x'] },
      member('new'),
      member('gone'),
    ])
  })

  test('keeps what the members of a union share, and lets a version have no members', () => {
    const member: Schema = {
      properties: { type: { enum: ['a'] }, x: { type: 'string' }, y: { type: 'string' } },
      required: ['type', 'x', 'y'],
    }
    const shared: Schema = { properties: { at: { type: 'number' } }, oneOf: [member] }
    expect(merge({ oneOf: [member] }, shared)).toMatchObject({
      properties: shared.properties,
      oneOf: [member],
    })
    const plain: Schema = {
      properties: { type: { type: 'string' }, x: { type: 'number' } },
      required: ['type', 'x'],
    }
    expect(merge(plain, shared)?.oneOf).toEqual([
      {
        properties: {
          type: { enum: ['a'] },
          x: { oneOf: [{ type: 'string' }, { type: 'number' }] },
          y: { type: 'string' },
        },
        required: ['type', 'x'],
      },
    ])
  })

  test('keeps a property that is called like a keyword of the schema', () => {
    const older: Schema = {
      type: 'object',
      properties: { title: { type: 'string' }, required: { type: 'string' } },
    }
    const newer: Schema = {
      type: 'object',
      properties: { title: { type: 'number' }, required: { type: 'string' } },
    }
    expect(merge(older, newer)?.properties).toEqual({
      title: { oneOf: [{ type: 'number' }, { type: 'string' }] },
      required: { type: 'string' },
    })
  })
})

describe('extendDefinitions', () => {
  test('adds properties and members without loosening what is there', () => {
    const base = {
      T: { type: 'object', properties: { a: {} }, required: ['a'] },
      U: { oneOf: [{ type: 'string' }] },
    }
    expect(
      extendDefinitions(base, { T: { properties: { b: {} } }, U: { oneOf: [{ type: 'null' }] } }),
    ).toEqual({
      T: { type: 'object', properties: { a: {}, b: {} }, required: ['a'] },
      U: { oneOf: [{ type: 'string' }, { type: 'null' }] },
    })
  })
})
