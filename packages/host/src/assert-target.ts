import { assertSocketPath } from './assert-socket-path.ts'
import type { ConnectTarget, ForwardOptions } from './forward.ts'

/** @throws TypeError unless something of a machine of that platform (Node's spelling) can listen there */
export function assertTarget(target: ConnectTarget, platform: string): void {
  if ('unix' in target) assertSocketPath(target.unix, platform)
  else assertPort('tcp', target.tcp, 1)
}

/** @throws TypeError unless both ends can be; `platforms` are those of this machine and of the worker */
export function assertForward(
  { from, port, unix, to }: ForwardOptions,
  platforms: { readonly here: string; readonly worker: string },
): void {
  const [near, far] =
    from === 'here' ? [platforms.here, platforms.worker] : [platforms.worker, platforms.here]
  if (port !== undefined && unix !== undefined)
    throw new TypeError('expected a port or a unix socket, got both')
  if (port !== undefined) assertPort('port', port, 0)
  if (unix !== undefined) assertSocketPath(unix, near)
  assertTarget(targetOf(to), far)
}

export function targetOf(to: ForwardOptions['to']): ConnectTarget {
  return 'unix' in to ? to : { tcp: to.port }
}

function assertPort(name: string, port: number, least: 0 | 1): void {
  if (!Number.isInteger(port) || port < least || port > 65_535)
    throw new TypeError(`expected ${name} from ${least} to 65535, got ${port}`)
}
