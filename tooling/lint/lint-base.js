import { readFileSync } from 'node:fs'
import path from 'node:path'
import js from '@eslint/js'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'
import { LAYERS, SPEAKS_WIRE, TEST_HELPERS } from './layers.js'
import { plugin } from './rules/plugin.js'

const SOURCE = ['src/**/*.{ts,tsx}', 'web/**/*.{ts,tsx}']
/** A `testing` entry holds suites and players for other packages: test code that happens to be exported. */
const TESTING = ['src/testing/**/*.{ts,tsx}']
const TESTS = ['test/**/*.{ts,tsx}', 'e2e/**/*.{ts,tsx}', '**/*.test.{ts,tsx}']
const CONFIG = ['*.config.{js,mjs,ts}']
const SCRIPT = ['**/*.{js,cjs,mjs}']

/**
 * The whole lint config of one package: strict types, the habits of this repository, and its place in the graph.
 * `packages/*` are libraries and follow every rule; applications may read the heavy subpaths; `tooling/*` is for us
 * and may print and read the environment.
 */
export function lintBase(packageName, directory) {
  const kind = packageName.startsWith('@x/') ? path.basename(path.dirname(directory)) : ''
  const library = kind === 'packages'
  const product = library || kind === 'apps'
  return [
    { ignores: ['dist/**', '**/_generated/**', 'test/fixtures/**', 'coverage/**', 'test-results/**'] },
    js.configs.recommended,
    ...tseslint.configs.strictTypeChecked,
    {
      linterOptions: { reportUnusedDisableDirectives: 'error' },
      languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: directory } },
      plugins: { x: plugin },
    },
    { rules: everywhere },
    { files: [...SOURCE, ...SCRIPT], rules: sizes },
    ...(product ? placeInGraph(packageName, directory, library) : []),
    { files: ['**/*.tsx'], plugins: { 'react-hooks': reactHooks }, rules: hooks },
    { files: SCRIPT, ...tseslint.configs.disableTypeChecked },
    {
      files: SCRIPT,
      languageOptions: { globals: nodeGlobals },
      // Asks its parser for types, which the oldest scripts' parser does not know.
      rules: { '@typescript-eslint/consistent-type-imports': 'off' },
    },
    {
      files: ['**/*.cjs'],
      languageOptions: { sourceType: 'commonjs' },
      rules: { '@typescript-eslint/no-require-imports': 'off' },
    },
    { files: TESTS, rules: relaxedInTests },
    { files: TESTING, rules: { 'max-lines-per-function': 'off' } },
    { files: CONFIG, rules: { 'x/named-exports': 'off', 'max-lines-per-function': 'off' } },
  ]
}

function placeInGraph(packageName, directory, library) {
  const allowed = library ? (LAYERS[packageName] ?? []) : ['@x']
  const rules = {
    'no-console': library ? 'error' : 'off',
    'x/env-door': 'error',
    'x/heavy-parts': ['error', { packageName, directory }],
    'x/layers': ['error', { packageName, allowed, heavy: !library, testing: false }],
    'x/named-exports': 'error',
    'x/no-inner-index': ['error', { directory, entries: entriesOf(directory) }],
    'x/no-own-index': ['error', { packageName, directory, entries: entriesOf(directory) }],
    'x/wire-words': SPEAKS_WIRE.includes(packageName) ? 'off' : 'error',
    'x/zod-at-doors': 'error',
  }
  const inTests = {
    'no-console': 'error',
    'x/heavy-parts': 'off',
    'x/layers': [
      'error',
      { packageName, allowed: [...allowed, ...TEST_HELPERS], heavy: true, testing: true },
    ],
    'x/wire-words': library ? rules['x/wire-words'] : 'off',
  }
  return [
    { files: SOURCE, rules },
    { files: [...TESTS, ...TESTING], rules: inTests },
  ]
}

/** The source files that the export map names: the only `index.ts` that may exist. */
function entriesOf(directory) {
  const { exports = {} } = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8'))
  return Object.values(exports).flatMap((target) => target['@x/source'] ?? [])
}

const everywhere = {
  // The compiler takes no enums here, and this rule asks for the types of everything that is assigned.
  '@typescript-eslint/no-unsafe-enum-assignment': 'off',
  '@typescript-eslint/no-unsafe-enum-comparison': 'off',
  '@typescript-eslint/no-floating-promises': ['error', { checkThenables: true }],
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  '@typescript-eslint/no-unnecessary-condition': [
    'error',
    { allowConstantLoopConditions: 'only-allowed-literals' },
  ],
  '@typescript-eslint/only-throw-error': [
    'error',
    // `signal.reason` is rethrown as it is; it is typed `any`.
    { allowThrowingAny: true, allowThrowingUnknown: true, allowRethrowing: true },
  ],
  '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
  '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
  '@typescript-eslint/no-unused-vars': [
    'error',
    {
      argsIgnorePattern: '^_',
      varsIgnorePattern: '^_',
      ignoreRestSiblings: true,
      ignoreUsingDeclarations: true,
    },
  ],
  '@typescript-eslint/restrict-template-expressions': [
    'error',
    {
      allowAny: false,
      allowBoolean: true,
      allowNever: false,
      allowNullish: false,
      allowNumber: true,
      allowRegExp: false,
    },
  ],
  // A port returns promises; an implementation that needs no wait is still `async`, so that it rejects and never throws.
  '@typescript-eslint/require-await': 'off',
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-constant-condition': 'off',
  'no-restricted-syntax': [
    'error',
    {
      selector:
        'CallExpression[callee.object.name="AbortSignal"][callee.property.name="any"] CallExpression[callee.property.name="timeout"]',
      message: 'Garbage collection takes this timeout, and it never comes: see any-signal.ts.',
    },
  ],
}

const sizes = {
  'max-lines': ['error', 300],
  'max-lines-per-function': ['error', 60],
}

const hooks = {
  'react-hooks/rules-of-hooks': 'error',
  'react-hooks/exhaustive-deps': 'error',
}

const relaxedInTests = {
  'max-lines': 'off',
  'max-lines-per-function': 'off',
  '@typescript-eslint/no-confusing-void-expression': 'off',
  '@typescript-eslint/no-empty-function': 'off',
  '@typescript-eslint/no-non-null-assertion': 'off',
  '@typescript-eslint/no-unsafe-argument': 'off',
  '@typescript-eslint/no-unsafe-assignment': 'off',
  '@typescript-eslint/no-unsafe-call': 'off',
  '@typescript-eslint/no-unsafe-member-access': 'off',
  '@typescript-eslint/no-unsafe-return': 'off',
  '@typescript-eslint/restrict-template-expressions': 'off',
  '@typescript-eslint/unbound-method': 'off',
  'x/env-door': 'off',
  'x/no-own-index': 'off',
  'x/zod-at-doors': 'off',
}

const nodeGlobals = Object.fromEntries(
  'AbortController AbortSignal Buffer URL clearInterval clearTimeout console fetch performance process setImmediate setInterval setTimeout'
    .split(' ')
    .map((name) => [name, 'readonly']),
)
