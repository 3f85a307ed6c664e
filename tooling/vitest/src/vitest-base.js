import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { CountReporter } from './count-reporter.js'

// Plain JavaScript, because Node loads what a config imports without compiling it.

const stdoutGuard = fileURLToPath(new URL('./stdout-guard.ts', import.meta.url))
const conditions = ['@x/source', 'node', 'import', 'default']
/** Where each run leaves its counts, for the closing line of `npm test`; unset otherwise. */
const reports = process.env.X_TEST_REPORTS

/**
 * Three projects by file name: `unit` (no process, no port), `integration` (real parts), `e2e` (a browser too).
 * Sources are resolved through the `@x/source` condition, so tests need no build.
 */
export function vitestBase(packageName) {
  return defineConfig({
    test: {
      maxWorkers: 2,
      reporters: reports ? ['default', new CountReporter(packageName, reports)] : ['default'],
      projects: [
        // Milliseconds each; but a busy machine makes seconds of those that try thousands of cases.
        project('unit', { testTimeout: 60_000 }),
        // Most of their time is spent waiting for another process: two at a time suit two cores.
        project('integration', { testTimeout: 60_000, hookTimeout: 120_000 }),
        // One at a time: what a page does while it is starved by another says nothing of it.
        project('e2e', { testTimeout: 180_000, hookTimeout: 240_000, fileParallelism: false }),
      ],
    },
  })
}

function project(name, limits) {
  return {
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      name,
      include: [`test/**/*.${name}.test.{ts,tsx}`],
      // One process per file: what a file leaves behind is visible in /proc and dies with it.
      pool: 'forks',
      setupFiles: [stdoutGuard],
      disableConsoleIntercept: true,
      restoreMocks: true,
      // What comes is awaited until the test itself is given up: one second is nothing on a busy machine.
      expect: { poll: { timeout: 50_000 } },
      ...limits,
    },
  }
}
