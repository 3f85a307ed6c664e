import { describe, expect, test } from 'vitest'
import { markExperimental } from '../../scripts/mark-experimental.ts'
import { mergeDefinitions } from '../../scripts/merge-definitions.ts'
import { readVersions } from '../../scripts/read-versions.ts'
import { renderProtocol } from '../../scripts/render-protocol.ts'
import type { Definitions, Schema } from '../../scripts/schema-types.ts'

const text: Schema = { type: 'string' }

function member(type: string, properties: Schema['properties'] = {}): Schema {
  return { type: 'object', properties: { type: { type: 'string', enum: [type] }, ...properties } }
}

describe('markExperimental', () => {
  test('marks what the stable dump lacks: definitions, properties, members', () => {
    const stable: Definitions = {
      T: { type: 'object', properties: { a: text } },
      U: { oneOf: [member('x')] },
    }
    const experimental: Definitions = {
      T: { type: 'object', properties: { a: text, b: text, c: true } },
      U: { oneOf: [member('x', { d: text }), member('y')] },
      New: text,
    }
    expect(markExperimental(stable, experimental)).toEqual({
      T: {
        type: 'object',
        properties: { a: text, b: { ...text, experimental: true }, c: { experimental: true } },
      },
      U: {
        oneOf: [member('x', { d: { ...text, experimental: true } }), { ...member('y'), experimental: true }],
      },
      New: { ...text, experimental: true },
    })
  })

  test('leaves it to the newest version that has something', () => {
    const marked = { T: { type: 'object', properties: { a: { ...text, experimental: true } } } } as const
    const plain = { T: { type: 'object', properties: { a: text } } }
    expect(mergeDefinitions(marked, plain)).toEqual(plain)
    expect(mergeDefinitions(plain, marked)).toEqual(marked)
  })

  test('shows in the types, also beside a reference', async () => {
    const rendered = await renderProtocol({
      Named: text,
      T: {
        type: 'object',
        properties: {
          a: { type: 'string', description: 'Words.', experimental: true },
          b: { $ref: '#/definitions/Named', experimental: true },
        },
      },
    })
    expect(rendered).toMatch(/Words\.\s+\*\s+\* @experimental [^\n]+\s+\*\/\s+a\?: string/)
    expect(rendered).toMatch(/@experimental [^\n]+\s+\*\/\s+b\?: Named/)
  })
})

describe.each(readVersions())('the two dumps of codex $codex', ({ stable, experimental }) => {
  test('differ in additions only, so the experimental types hold for every connection', () => {
    expect(Object.keys(stable).filter((name) => experimental[name] === undefined)).toEqual([])
    const required = (schema: Schema | undefined): readonly string[] => [...(schema?.required ?? [])].sort()
    for (const [name, schema] of Object.entries(mergeDefinitions(stable, experimental)))
      expect(required(schema), name).toEqual(required(experimental[name]))
  })
})
