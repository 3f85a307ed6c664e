import type { HostFacts } from '@x/host'
import { codexEnvironment } from '../home/codex-environment.ts'
import type { TaskPaths } from '../home/task-paths.ts'
import type { LoginFacts } from '../login/login.ts'

export interface TerminalCommandOptions {
  readonly binary: string
  readonly facts: HostFacts
  readonly paths: TaskPaths
  readonly threadId: string
  readonly login: LoginFacts
  /** Models that Codex would offer to change for another one, and that other one. */
  readonly upgrades: Readonly<Record<string, string>>
}

/** How the TUI is started on the thread of a running session; what it would ask a person at the start is answered. */
export function terminalCommand(options: TerminalCommandOptions): {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
} {
  const { binary, facts, paths, threadId, login, upgrades } = options
  const seen = Object.entries(upgrades).map(([from, to]) => `${JSON.stringify(from)}=${JSON.stringify(to)}`)
  const settings = [`notice.model_migrations={${seen.join(',')}}`, 'tui.show_tooltips=false']
  return {
    argv: [
      binary,
      'resume',
      threadId,
      '--remote',
      `unix://${paths.socket}`,
      ...settings.flatMap((setting) => ['-c', setting]),
    ],
    env: { ...codexEnvironment(facts, paths, login), COLORTERM: 'truecolor' },
  }
}
