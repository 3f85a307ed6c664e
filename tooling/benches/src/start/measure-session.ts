import { openSession, removeSession, type CODEX_VERSIONS } from '@x/codex'
import type { Host } from '@x/host'

/** Nobody listens there: a thread is made without asking the model. */
export const LOGIN = { endpoint: { baseUrl: 'http://127.0.0.1:9/v1', key: 'sk-nobody' } }

export interface SessionStart {
  readonly host: Host
  readonly stateDir: string
  readonly version: (typeof CODEX_VERSIONS)[number]
  /** Of a task that does not exist yet. */
  readonly taskId: string
  /** Where Codex is installed on the host. @default the host's own cache */
  readonly cacheDir?: string
}

/** Seconds from the call until there is a thread, and until a turn may run. The task is removed afterwards, off the clock. */
export async function measureSession(
  options: SessionStart,
): Promise<{ readonly opened: number; readonly ready: number }> {
  const { host, stateDir, taskId } = options
  const startedAt = performance.now()
  const seconds = (): number => (performance.now() - startedAt) / 1000
  const session = await openSession({ ...options, login: LOGIN })
  const opened = seconds()
  await session.ready
  const ready = seconds()
  await session.close()
  await removeSession(taskId, { host, stateDir })
  return { opened, ready }
}
