import { describe, expect, test } from 'vitest'
import { typedRulesBroken } from '../src/lint-text.ts'

// Rules that need types see a file that exists; its text is replaced in memory only.
const SOURCE = 'packages/host/src/errors.ts'
const TEST = 'tooling/repo-checks/test/planted-types.integration.test.ts'

const PLANTS: readonly (readonly [rule: string, code: string])[] = [
  ['no-floating-promises', `export function start(): void {\n  Promise.resolve(1)\n}`],
  ['no-floating-promises', `export function start(list: number[]): void {\n  list.map(async (n) => n)\n}`],
  ['no-misused-promises', `export function start(list: number[]): void {\n  list.forEach(async () => {})\n}`],
  [
    'switch-exhaustiveness-check',
    `export function name(kind: 'a' | 'b'): string {\n  switch (kind) {\n    case 'a':\n      return 'A'\n  }\n  return ''\n}`,
  ],
  ['no-unnecessary-condition', `export const size = (text: string): number => text?.length`],
  ['only-throw-error', `export function fail(): never {\n  throw 'x'\n}`],
  ['await-thenable', `export async function one(): Promise<void> {\n  await 1\n}`],
  ['no-unsafe-return', `export const parse = (text: string): string[] => JSON.parse(text)`],
  ['no-non-null-assertion', `export const first = (list: number[]): number => list[0]!`],
  ['no-unnecessary-type-assertion', `export const same = (text: string): string => text as string`],
  ['restrict-template-expressions', `export const show = (value: string | null): string => \`\${value}\``],
  [
    'return-await',
    `export async function one(): Promise<number> {\n  try {\n    return two()\n  } catch {\n    return 1\n  }\n}\nconst two = async () => 2`,
  ],
]

describe('a planted violation that only types show is named', () => {
  test.each(PLANTS)('%s: %s', async (rule, code) => {
    expect(await typedRulesBroken(SOURCE, `${code}\n`)).toEqual([`@typescript-eslint/${rule}`])
  })
})

describe('what is allowed passes', () => {
  test.each([
    `export const hosts = (count: number, up: boolean): string => \`\${count} \${up}\``,
    `export async function close(): Promise<void> {\n  void Promise.resolve(1)\n}`,
    `export function check(signal: AbortSignal): void {\n  if (signal.aborted) throw signal.reason\n}`,
    `export function* count(): Generator<number> {\n  while (true) yield 1\n}`,
    `export function name(kind: 'a' | 'b'): string {\n  switch (kind) {\n    case 'a':\n      return 'A'\n    default:\n      return ''\n  }\n}`,
    `export const warm = (text: string | undefined): number => text?.length ?? 0`,
  ])('%s', async (code) => {
    expect(await typedRulesBroken(SOURCE, `${code}\n`)).toEqual([])
  })
})

describe('tests', () => {
  test('may be loose about types, not about promises', async () => {
    expect(
      await typedRulesBroken(
        TEST,
        `export const first = (list: number[]) => list[0]!\nJSON.parse('1').two()\n`,
      ),
    ).toEqual([])
    expect(await typedRulesBroken(TEST, `Promise.resolve(1)\n`)).toEqual([
      '@typescript-eslint/no-floating-promises',
    ])
  })
})
