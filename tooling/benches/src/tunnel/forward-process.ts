import type { SshdFixture } from '@x/fixtures'
import { openSshHost } from '@x/host/ssh'
import { serve, type Service } from '../stream/worker.ts'

export interface ForwardService extends Service {
  readonly opening: {
    readonly target: string
    readonly options: SshdFixture['options']
    /** Of this machine, and of the worker. */
    readonly here: string
    readonly there: string
  }
  readonly opened: null
}

// Our forward, in a process of its own as OpenSSH's is.
serve<ForwardService>(async (opening) => {
  const { target, options, here, there } = opening
  const host = await openSshHost(target, options)
  await host.forward({ from: 'here', unix: here, to: { unix: there } })
  return { opened: null, run: () => Promise.resolve(undefined), close: () => host.close() }
})
