import { fileURLToPath } from 'node:url'
import { defineConfig, type TestProjectInlineConfiguration, type ViteUserConfig } from 'vitest/config'
import { CountReporter } from './count-reporter.ts'
import { reportDirectory } from './env.ts'

const stdoutGuard = fileURLToPath(new URL('./stdout-guard.ts', import.meta.url))
const conditions = ['@x/source', 'node', 'import', 'default']

/**
 * Three projects by file name: `unit` (no process, no port), `integration` (real parts), `e2e` (a browser too).
 * Sources are resolved through the `@x/source` condition, so tests need no build.
 */
export function vitestBase(packageName: string): ViteUserConfig {
  const reports = reportDirectory()
  return defineConfig({
    test: {
      reporters: reports === undefined ? ['default'] : ['default', new CountReporter(packageName, reports)],
      projects: [
        project('unit', {}),
        project('integration', { testTimeout: 60_000, hookTimeout: 120_000, fileParallelism: false }),
        project('e2e', { testTimeout: 180_000, hookTimeout: 240_000, fileParallelism: false }),
      ],
    },
  })
}

function project(
  name: string,
  limits: TestProjectInlineConfiguration['test'] & object,
): TestProjectInlineConfiguration {
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
      ...limits,
    },
  }
}
