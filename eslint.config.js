import path from 'node:path'
import { lintBase } from '@x/lint'
import * as espree from 'espree'

// They run on whatever Node a machine has, to say that it is too old.
const OLDEST = ['scripts/check-node.cjs', 'scripts/start.cjs', 'scripts/stop.cjs', 'scripts/test.cjs']

// The root owns its scripts only; every package has a config of its own.
export default [
  { ignores: ['packages/**', 'apps/**', 'tooling/**', '.tools/**', 'docs/**'] },
  ...lintBase('x', path.join(import.meta.dirname, 'scripts')),
  { files: OLDEST, languageOptions: { parser: espree, ecmaVersion: 5 } },
]
