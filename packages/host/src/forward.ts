/** A unix socket of the machine, or a port on its loopback. */
export type ConnectTarget = { readonly unix: string } | { readonly tcp: number }

/** Where connections end up: on loopback of the machine that is meant, or a unix socket there. */
export type ForwardTarget = { readonly port: number } | { readonly unix: string }

export interface ForwardOptions {
  /**
   * Where connections come from. `here`: programs of this machine reach something on the worker. `worker`: programs of
   * the worker reach something on this machine.
   */
  readonly from: 'here' | 'worker'
  /** On loopback of that machine; 0 for any free one. @default 0, unless `unix` is given */
  readonly port?: number
  /** A unix socket in place of a port, made 0600; one that nobody listens at is replaced. */
  readonly unix?: string
  readonly to: ForwardTarget
  /** Closes it. */
  readonly signal?: AbortSignal
}

/**
 * A way from one machine to the other. Each connection is one of its own on the far side, with bytes and half-close in
 * both directions; where nobody listens there, it is closed.
 *
 * Whoever opens it closes it; closing the host does too.
 */
export interface Forward extends AsyncDisposable {
  /** Where it listens; 0 with a unix socket. */
  readonly port: number
  /** Connections that are open. */
  readonly connections: number
  /** Resolves when it has ended, also because the connection to the worker is gone; never rejects. */
  readonly closed: Promise<void>
  /** Listens no more and ends its connections. Idempotent. */
  close(): Promise<void>
}
