import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { methodTables } from '../../scripts/method-tables.ts'
import { mergeVersions, readVersions } from '../../scripts/read-versions.ts'
import type { Definitions } from '../../scripts/schema-types.ts'
import {
  validateNotification,
  validateResult,
  validateServerRequest,
} from '../../src/validate/validate-message.ts'
import { approvalParams } from '../samples.ts'
import { sampleOf, type Path } from './sample-of.ts'

interface Inbound {
  readonly method: string
  /** The definition of its params or result. */
  readonly type: string
  readonly validate: (method: string, value: unknown) => string | undefined
}

const versions = readVersions()
const merged = mergeVersions(versions)

/** Every message that `definitions` let arrive and that has something to look at. */
function inboundOf(definitions: Definitions): readonly Inbound[] {
  const tables = methodTables(definitions)
  return [
    ...tables.serverNotifications.map(({ method, params }) => ({
      method,
      type: params,
      validate: validateNotification,
    })),
    ...tables.serverRequests.map(({ method, params }) => ({
      method,
      type: params,
      validate: validateServerRequest,
    })),
    ...tables.clientRequests.map(({ method, result = '' }) => ({
      method,
      type: result,
      validate: validateResult,
    })),
  ].filter(({ type }) => definitions[type] !== undefined)
}

function without(value: unknown, path: Path): unknown {
  const copy = structuredClone(value)
  const holder = path.slice(0, -1).reduce((each, key) => (each as Record<string, unknown>)[key], copy)
  Reflect.deleteProperty(holder as object, path.at(-1) ?? '')
  return copy
}

function spelled(path: Path): string {
  return path.map((key) => (typeof key === 'number' ? `[${String(key)}]` : `.${key}`)).join('')
}

describe.each(
  versions.flatMap(({ codex, stable, experimental }) => [
    { name: `codex ${codex}`, definitions: stable },
    { name: `codex ${codex} with its experimental API`, definitions: experimental },
  ]),
)('what $name may say', ({ definitions }) => {
  test.each(inboundOf(definitions))('passes: $method', ({ method, type, validate }) => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(validate(method, sampleOf(definitions, type, seed).value)).toBeUndefined()
      }),
      { numRuns: 10 },
    )
  })
})

describe('a message that lacks what every version requires', () => {
  test.each(inboundOf(merged))('is caught: $method', ({ method, type, validate }) => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { value, required } = sampleOf(merged, type, seed)
        expect(validate(method, value)).toBeUndefined()
        for (const path of required.slice(0, 200)) {
          const issue = validate(method, without(value, path))
          expect(issue, spelled(path)).toBeDefined()
        }
      }),
      { numRuns: 5 },
    )
  })
})

describe('an issue', () => {
  const item = { type: 'agentMessage', id: 'i', text: 'a' }
  const turn = { id: 'u', items: [item, item], status: 'completed' }

  test('has the whole path, and what was expected', () => {
    const broken = { threadId: 't', turn: { ...turn, items: [item, { ...item, text: null }] } }
    expect(validateNotification('turn/completed', broken)).toBe(
      'params.turn.items[1].text: expected string, got null',
    )
  })

  test('hides the keys of a map: they are what the peer holds', () => {
    const result = { config: {}, origins: { '/home/person/secret': { name: 3, version: 'v' } } }
    expect(validateResult('config/read', result)).toMatch(/^result\.origins\.\*\.name/)
  })

  test('is made of an object that has no key where the key says what it is', () => {
    const asked = (decision: unknown): string | undefined =>
      validateServerRequest('item/commandExecution/requestApproval', {
        ...approvalParams,
        availableDecisions: ['accept', decision],
      })
    const at = 'params.availableDecisions[1]'
    expect(asked({})).toBe(`${at}: expected an object with one key, got none`)
    expect(asked([])).toBe(`${at}: expected object, got array`)
    expect(asked({ applyNetworkPolicyAmendment: {} })).toBe(
      `${at}.applyNetworkPolicyAmendment.network_policy_amendment: expected object, got nothing`,
    )
    for (const fine of ['accept', 'newWord', { newKey: 1 }]) expect(asked(fine)).toBeUndefined()
  })

  test('is not made of methods that are called like what every object has', () => {
    for (const method of ['constructor', '__proto__', 'toString'])
      expect(validateNotification(method, {})).toBeUndefined()
    const params = { threadId: 't', turnId: 'u', completedAtMs: 0, item: { type: 'constructor' } }
    expect(validateNotification('item/completed', params)).toBeUndefined()
  })
})
