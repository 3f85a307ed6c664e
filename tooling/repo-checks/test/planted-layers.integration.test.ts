import { describe, expect, test } from 'vitest'
import { rulesBroken } from '../src/lint-text.ts'

// The graph once more as plain words: who may say `import '@x/...'`. Everything else is planted and must be refused.
const MAY_IMPORT: Record<string, readonly string[]> = {
  host: [],
  'codex-appserver': [],
  responses: [],
  agents: ['@x/host'],
  codex: ['@x/agents', '@x/agents/conversation', '@x/host', '@x/codex-appserver'],
  runner: ['@x/agents', '@x/agents/conversation', '@x/codex'],
  ui: ['@x/agents/conversation'],
}

const SPECIFIERS = [
  '@x/agents',
  '@x/agents/conversation',
  '@x/codex',
  '@x/codex-appserver',
  '@x/host',
  '@x/responses',
  '@x/runner',
  '@x/runner/http',
  '@x/ui',
  '@x/demo',
  '@x/fixtures',
]

const pairs = Object.entries(MAY_IMPORT).flatMap(([from, allowed]) =>
  SPECIFIERS.filter((specifier) => !`${specifier}/`.startsWith(`@x/${from}/`)).map((specifier) => ({
    from,
    specifier,
    broken: allowed.includes(specifier) ? [] : ['x/layers'],
  })),
)

describe('the arrows', () => {
  test.each(pairs)('$from importing $specifier: $broken', async ({ from, specifier, broken }) => {
    expect(await rulesBroken(`packages/${from}/src/planted.ts`, importing(specifier))).toEqual(broken)
  })

  test.each(SPECIFIERS.filter((specifier) => specifier !== '@x/demo'))(
    'the demo may import %s',
    async (specifier) => {
      expect(await rulesBroken('apps/demo/src/planted.ts', importing(specifier))).toEqual([])
    },
  )
})

describe('no other spelling walks around an arrow', () => {
  test.each([
    `export const load = () => import('@x/runner')`,
    'export const load = () => import(`@x/runner`)',
    `export * from '@x/runner'`,
    `export { one } from '@x/runner'`,
    `import type { One } from '@x/runner'\nexport type Two = One`,
    `export type One = import('@x/runner').One`,
    `export const where = import.meta.resolve('@x/runner')`,
    `import '@x/runner'`,
  ])('%s', async (code) => {
    expect(await rulesBroken('packages/host/src/planted.ts', `${code}\n`)).toContain('x/layers')
  })
})

describe('tests may use what plays the outside world, and nothing from above', () => {
  test.each([
    '@x/fixtures',
    '@x/responses',
    '@x/vitest/leak-guard',
    '@x/host',
    '@x/host/testing',
    '@x/host/ssh',
  ])('agents: %s', async (specifier) => {
    expect(
      await rulesBroken('packages/agents/test/planted.integration.test.ts', importing(specifier)),
    ).toEqual([])
  })

  test.each(['@x/codex', '@x/runner', '@x/ui', '@x/codex-appserver'])(
    'agents: %s is refused',
    async (specifier) => {
      const broken = await rulesBroken(
        'packages/agents/test/planted.integration.test.ts',
        importing(specifier),
      )
      expect(broken).toEqual(['x/layers'])
    },
  )

  test('suites for others stay out of the product', async () => {
    expect(await rulesBroken('packages/agents/src/planted.ts', importing('@x/host/testing'))).toEqual([
      'x/layers',
    ])
    expect(await rulesBroken('apps/demo/src/planted.ts', importing('@x/host/testing'))).toEqual(['x/layers'])
    expect(await rulesBroken('packages/agents/src/testing/planted.ts', importing('@x/host/testing'))).toEqual(
      [],
    )
  })
})

describe('heavy parts', () => {
  const AT_HOME: readonly (readonly [part: string, file: string])[] = [
    ['ssh2', 'packages/host/src/ssh/planted.ts'],
    ['mongodb', 'packages/agents/src/mongo/planted.ts'],
    ['node:sqlite', 'packages/agents/src/sqlite/planted.ts'],
    ['@photostructure/sqlite', 'packages/agents/src/sqlite/planted.ts'],
  ]

  test.each(AT_HOME)('%s is at home in %s', async (part, file) => {
    expect(await rulesBroken(file, importing(part))).toEqual([])
  })

  test.each(
    AT_HOME.flatMap(([part]) =>
      ['host/src/local', 'agents/src/store', 'runner/src'].map((room) => [part, room] as const),
    ),
  )('%s is refused in %s', async (part, room) => {
    expect(await rulesBroken(`packages/${room}/planted.ts`, importing(part))).toEqual(['x/heavy-parts'])
    const lazily = `export const load = () => import('${part}')\n`
    expect(await rulesBroken(`packages/${room}/planted.ts`, lazily)).toEqual(['x/heavy-parts'])
  })

  test.each([
    ['agents', '@x/host/ssh'],
    ['codex', '@x/host/ssh'],
    ['codex', '@x/agents/sqlite'],
    ['runner', '@x/agents/mongo'],
  ])('the library %s does not open %s, the demo may', async (library, specifier) => {
    expect(await rulesBroken(`packages/${library}/src/planted.ts`, importing(specifier))).toEqual([
      'x/layers',
    ])
    expect(await rulesBroken('apps/demo/src/planted.ts', importing(specifier))).toEqual([])
  })
})

function importing(specifier: string): string {
  return `import { one } from '${specifier}'\nexport const two = one\n`
}
