import path from 'node:path'
import { ESLint } from 'eslint'
import tseslint from 'typescript-eslint'
import { ROOT } from './workspace.ts'

const untyped = new Map<string, ESLint>()
const typed = new Map<string, ESLint>()

/**
 * Names of the rules that `code` breaks when it stands at `file` (a path from the root), under the config that the
 * package really has. The file need not exist, so rules that need types are off here.
 */
export async function rulesBroken(file: string, code: string): Promise<string[]> {
  const linter = linterFor(file, untyped, { overrideConfig: tseslint.configs.disableTypeChecked })
  return await lint(linter, file, code)
}

/**
 * Like `rulesBroken`, with types. `file` has to exist, because only then does it belong to a TypeScript project; its
 * text on disk does not matter and is not changed.
 */
export async function typedRulesBroken(file: string, code: string): Promise<string[]> {
  return await lint(linterFor(file, typed, {}), file, code)
}

function linterFor(file: string, known: Map<string, ESLint>, options: ESLint.Options): ESLint {
  const directory = /^(packages|apps|tooling)\/[^/]+/.exec(file)?.[0] ?? ''
  const linter =
    known.get(directory) ?? new ESLint({ ...options, warnIgnored: false, cwd: path.join(ROOT, directory) })
  known.set(directory, linter)
  return linter
}

async function lint(linter: ESLint, file: string, code: string): Promise<string[]> {
  const results = await linter.lintText(code, { filePath: path.join(ROOT, file) })
  const messages = results.flatMap((result) => result.messages)
  const broken = messages.find((message) => message.fatal)
  if (broken) throw new Error(`the planted code does not parse: ${broken.message}`)
  return [...new Set(messages.map((message) => message.ruleId ?? 'no rule'))].sort()
}
