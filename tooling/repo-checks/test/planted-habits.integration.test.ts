import { describe, expect, test } from 'vitest'
import { rulesBroken } from '../src/lint-text.ts'

// Every rule is shown to bite: the code on the left breaks exactly the rule that the test names.

const lines = (count: number) =>
  Array.from({ length: count }, (_, index) => `export const n${index} = ${index}`).join('\n')
const longFunction = `export function long(list: number[]): void {\n${'  list.push(1)\n'.repeat(60)}}\n`

interface Plant {
  readonly rule: string
  readonly file: string
  readonly code: string
}

const PLANTS: readonly Plant[] = [
  { rule: 'no-console', file: 'packages/host/src/planted.ts', code: `console.log('x')` },
  { rule: 'no-console', file: 'packages/ui/src/planted.tsx', code: `console.error('x')` },
  { rule: 'no-console', file: 'packages/host/test/planted.unit.test.ts', code: `console.log('x')` },
  {
    rule: 'no-restricted-syntax',
    file: 'packages/host/src/planted.ts',
    code: `export const late = (signal: AbortSignal) => AbortSignal.any([signal, AbortSignal.timeout(9)])`,
  },
  {
    rule: 'eqeqeq',
    file: 'packages/host/src/planted.ts',
    code: `export const same = (a: string, b: string) => a == b`,
  },
  {
    rule: 'x/env-door',
    file: 'packages/host/src/planted.ts',
    code: `export const home = process.env['HOME']`,
  },
  {
    rule: 'x/env-door',
    file: 'packages/host/src/planted.ts',
    code: `export const home = process['env'].HOME`,
  },
  { rule: 'x/env-door', file: 'packages/host/src/planted.ts', code: `export const { env } = process` },
  {
    rule: 'x/env-door',
    file: 'packages/host/src/planted.ts',
    code: `export const { HOME } = globalThis.process.env`,
  },
  {
    rule: 'x/env-door',
    file: 'apps/demo/src/planted.ts',
    code: `import { env } from 'node:process'\nexport const home = env.HOME`,
  },
  {
    rule: 'x/zod-at-doors',
    file: 'packages/runner/src/planted.ts',
    code: `import { z } from 'zod'\nexport const text = z.string()`,
  },
  {
    rule: 'x/zod-at-doors',
    file: 'packages/runner/src/planted.ts',
    code: `export type { ZodType } from 'zod/v4'`,
  },
  {
    rule: 'x/zod-at-doors',
    file: 'packages/codex/src/planted.ts',
    code: `export const load = () => import('zod')`,
  },
  { rule: 'max-lines', file: 'packages/host/src/planted.ts', code: lines(301) },
  { rule: 'max-lines-per-function', file: 'packages/host/src/planted.ts', code: longFunction },
  { rule: 'x/named-exports', file: 'packages/host/src/planted.ts', code: `export default 1` },
  {
    rule: 'x/named-exports',
    file: 'packages/host/src/planted.ts',
    code: `const one = 1\nexport { one as default }`,
  },
  {
    rule: 'x/no-own-index',
    file: 'packages/host/src/local/planted.ts',
    code: `export { HostError } from '../index.ts'`,
  },
  {
    rule: 'x/no-own-index',
    file: 'packages/host/src/planted.ts',
    code: `export const load = () => import('.')`,
  },
  {
    rule: 'x/no-own-index',
    file: 'packages/host/src/planted.ts',
    code: `export { HostError } from '@x/host'`,
  },
  {
    rule: 'x/no-own-index',
    file: 'packages/agents/src/planted.ts',
    code: `export * from '@x/agents/conversation'`,
  },
  { rule: 'x/no-inner-index', file: 'packages/host/src/local/index.ts', code: `export const one = 1` },
  { rule: 'x/no-inner-index', file: 'packages/ui/src/chat/index.tsx', code: `export const one = 1` },
  {
    rule: 'x/wire-words',
    file: 'packages/agents/src/planted.ts',
    code: `export const method = 'thread/start'`,
  },
  {
    rule: 'x/wire-words',
    file: 'packages/runner/src/planted.ts',
    code: 'export const method = `item/agentMessage/delta`',
  },
  {
    rule: 'x/wire-words',
    file: 'packages/ui/src/planted.tsx',
    code: `export const isEnd = (name: string) => name === 'turn/completed'`,
  },
  {
    rule: 'x/wire-words',
    file: 'packages/host/src/planted.ts',
    code: `export const method = 'account/read'`,
  },
  { rule: 'x/wire-words', file: 'apps/demo/src/planted.ts', code: `export const method = 'turn/start'` },
  { rule: 'react-hooks/rules-of-hooks', file: 'packages/ui/src/planted.tsx', code: conditionalHook() },
  { rule: 'react-hooks/exhaustive-deps', file: 'apps/demo/web/planted.tsx', code: missingDependency() },
  {
    rule: '@typescript-eslint/consistent-type-imports',
    file: 'packages/host/src/planted.ts',
    code: typeAsValue(),
  },
  {
    rule: '@typescript-eslint/no-unused-vars',
    file: 'packages/host/src/planted.ts',
    code: `const unused = 1`,
  },
  {
    rule: '@typescript-eslint/no-explicit-any',
    file: 'packages/host/src/planted.ts',
    code: `export const one: any = 1`,
  },
  { rule: 'no-undef', file: 'tooling/lint/rules/planted.js', code: `export const one = missing()` },
]

describe('a planted violation is named', () => {
  test.each(PLANTS)('$rule in $file', async ({ rule, file, code }) => {
    expect(await rulesBroken(file, `${code}\n`)).toEqual([rule])
  })
})

const CLEAN: readonly { readonly file: string; readonly code: string }[] = [
  { file: 'packages/host/src/env.ts', code: `export const home = process.env['HOME']` },
  { file: 'packages/host/src/local/env.ts', code: `export const home = process.env['HOME']` },
  {
    file: 'packages/runner/src/parse-task.ts',
    code: `import { z } from 'zod'\nexport const text = z.string()`,
  },
  {
    file: 'packages/runner/src/http/task-schema.ts',
    code: `import { z } from 'zod'\nexport const text = z.string()`,
  },
  {
    file: 'packages/agents/src/protocol/keywords.ts',
    code: `import { z } from 'zod'\nexport const text = z.string()`,
  },
  { file: 'packages/agents/src/conversation/index.ts', code: `export { one } from './one.ts'` },
  { file: 'packages/agents/src/index.ts', code: `export type * from './conversation/index.ts'` },
  { file: 'packages/codex/src/planted.ts', code: `export const method = 'thread/start'` },
  { file: 'packages/codex-appserver/src/planted.ts', code: `export const method = 'thread/start'` },
  { file: 'packages/host/src/planted.ts', code: lines(300) },
  { file: 'packages/host/src/_generated/planted.ts', code: lines(400) },
  { file: 'packages/host/test/planted.unit.test.ts', code: `${lines(400)}\n${longFunction}` },
  { file: 'packages/host/vitest.config.ts', code: `export default {}` },
  { file: 'packages/agents/src/planted.ts', code: `export const place = 'src/thread/start.ts'` },
  { file: 'apps/demo/src/planted.ts', code: `console.log('ready')` },
]

describe('what is allowed passes', () => {
  test.each(CLEAN)('$file', async ({ file, code }) => {
    expect(await rulesBroken(file, `${code}\n`)).toEqual([])
  })
})

function conditionalHook(): string {
  return `import { useState } from 'react'
export function Planted({ on }: { readonly on: boolean }) {
  if (on) {
    const [value] = useState(0)
    return <p>{value}</p>
  }
  return <p />
}`
}

function missingDependency(): string {
  return `import { useEffect } from 'react'
export function Planted({ text }: { readonly text: string }) {
  useEffect(() => {
    document.title = text
  }, [])
  return <p />
}`
}

function typeAsValue(): string {
  return `import { HostError } from './errors.ts'\nexport type Failure = HostError`
}
