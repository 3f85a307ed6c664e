import type { HostFacts } from '@x/host'
import type { LoginFacts } from '../login/login.ts'
import type { TaskPaths } from './task-paths.ts'

/**
 * The whole environment of the app-server. It reaches the agent's commands too, so nothing secret may ever stand in it.
 */
export function codexEnvironment(
  facts: HostFacts,
  paths: TaskPaths,
  login: LoginFacts,
): Record<string, string> {
  return {
    HOME: paths.home,
    CODEX_HOME: paths.codexHome,
    TMPDIR: paths.temporary,
    PATH: facts.env.PATH ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: facts.env.LANG ?? 'C.UTF-8',
    ...(login.kind === 'seed' &&
      login.port !== undefined && {
        CODEX_REFRESH_TOKEN_URL_OVERRIDE: `http://127.0.0.1:${login.port}/oauth/token`,
      }),
  }
}
