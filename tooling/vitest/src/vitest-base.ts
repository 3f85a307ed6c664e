import { fileURLToPath } from 'node:url'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

const stdoutGuard = fileURLToPath(new URL('./stdout-guard.ts', import.meta.url))
/** Set by `npm test`: each run leaves its counts there as JSON, for the closing line. */
const reportDir = process.env['X_TEST_REPORTS']

/**
 * Three projects by file name: `unit` (no process, no port), `integration` (real parts), `e2e` (a browser too).
 * Sources are resolved through the `@x/source` condition, so tests need no build.
 */
export function vitestBase(packageName: string): ViteUserConfig {
  const slug = packageName.replace(/[^a-z0-9]+/gi, '-').replace(/^-/, '')
  const project = (name: string, extra: object = {}) => ({
    resolve: { conditions: ['@x/source', 'node', 'import', 'default'] },
    ssr: { resolve: { conditions: ['@x/source', 'node', 'import', 'default'] } },
    test: {
      name,
      include: [`test/**/*.${name}.test.{ts,tsx}`],
      setupFiles: [stdoutGuard],
      restoreMocks: true,
      ...extra,
    },
  })
  return defineConfig({
    test: {
      reporters: reportDir ? ['default', ['json', { outputFile: `${reportDir}/${slug}-${process.pid}.json` }]] : ['default'],
      projects: [
        project('unit'),
        project('integration', { testTimeout: 60_000, hookTimeout: 120_000, fileParallelism: false }),
        project('e2e', { testTimeout: 180_000, hookTimeout: 240_000, fileParallelism: false }),
      ],
    },
  })
}
