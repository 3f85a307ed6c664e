import type { Context } from '../context.ts'
import type { InstancePaths } from '../instance/instance-paths.ts'
import { KeptSeeds } from '../logins/kept-seeds.ts'
import type { Logins } from '../logins/open-logins.ts'
import type { Worker } from '../worker/open-worker.ts'
import { KeptSessions, type KeptSessionsOptions } from './kept-sessions.ts'
import { SessionTitles } from './session-titles.ts'

export interface KeepAllOptions extends Pick<KeptSessionsOptions, 'login' | 'onError'> {
  readonly worker: Worker
  readonly logins: Logins
}

/** The sessions of the page and the logins that they use, which know of each other. Nothing is opened or begun yet. */
export function keepAll(
  { host, environment }: Context,
  paths: InstancePaths,
  { worker, logins, login, onError }: KeepAllOptions,
): { readonly sessions: KeptSessions; readonly seeds: KeptSeeds } {
  const place = {
    host: worker.host,
    stateDir: worker.stateDir,
    cacheDir: worker.cacheDir,
    version: environment.codexVersion,
    logins,
    onError,
  }
  const sessions = new KeptSessions({
    ...place,
    login,
    hidden: environment.keysDir === undefined ? [] : [environment.keysDir],
    titles: new SessionTitles(host, paths.titles),
    onLogin: () => seeds.notice(),
  })
  const seeds: KeptSeeds = new KeptSeeds({
    ...place,
    issuer: environment.loginIssuer,
    titleOf: (id) => sessions.list().find((session) => session.id === id)?.title,
  })
  // Who uses a login changes with the sessions.
  sessions.onChange(() => seeds.notice())
  return { sessions, seeds }
}
