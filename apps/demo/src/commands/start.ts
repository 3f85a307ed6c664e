import { setTimeout as delay } from 'node:timers/promises'
import { CommandFault } from '../command-fault.ts'
import type { Context } from '../context.ts'
import { askInstance, findInstance } from '../instance/ask-instance.ts'
import { takeInstanceLock } from '../instance/instance-lock.ts'
import { openInstancePaths } from '../instance/instance-paths.ts'
import type { InstanceRecord } from '../instance/parse-records.ts'
import { openPage } from '../open-page.ts'
import { pageAddress } from '../page-address.ts'
import type { StartArguments } from '../parse-arguments.ts'
import { serve } from './serve.ts'

/** How long another start may take until its page answers, in milliseconds. */
const OTHER_START_MS = 60_000
const LOOK_MS = 100

/** Shows the page: the one that is there, or else serves it until a signal comes. @returns the exit status */
export async function start(context: Context, options: StartArguments): Promise<number> {
  const { host, environment } = context
  const paths = await openInstancePaths(host, environment.stateDir)
  const giveUpAt = performance.now() + OTHER_START_MS
  for (;;) {
    const lock = await takeInstanceLock(host, paths.root)
    if ('release' in lock) {
      await using _lock = lock
      return await serve(context, paths, options)
    }
    const instance = await findInstance(host, paths.instance)
    if (instance?.pid === lock.identity.pid) return showInstance(context, instance, options)
    if (performance.now() > giveUpAt)
      throw new CommandFault(`process ${lock.identity.pid} is starting the page, but does not get there`, {
        remedy: 'End it with `npm stop`, and start again.',
      })
    await delay(LOOK_MS)
  }
}

async function showInstance(
  { environment, output }: Context,
  instance: InstanceRecord,
  { directory, port, openPage: mayOpen, json }: StartArguments,
): Promise<number> {
  const { token, session } = await askInstance(instance, { directory: directory ?? null })
  if (port !== undefined && port !== instance.port)
    output.say(`the page is served on port ${instance.port} already; \`npm stop\` ends it`)
  const url = pageAddress(`http://127.0.0.1:${instance.port}`, token, session)
  output.result({ url, port: instance.port, pid: instance.pid, started: false }, url)
  if (mayOpen && !json && environment.hasDesktop) openPage(url)
  return 0
}
