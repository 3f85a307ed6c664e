import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout that these scripts belong to, wherever they are called from. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** The entry of the demo, once it is built. */
export const DEMO = path.join(ROOT, 'apps/demo/dist/main.js')

/** The exact pnpm that the lockfile was made with. */
export function pinnedPnpm() {
  const { packageManager } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'))
  return packageManager.replace(/^pnpm@/, '').replace(/\+.*/, '')
}
