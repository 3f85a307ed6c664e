import type { ClientRequests, ServerNotifications, ServerRequests } from './_generated/methods.ts'

/** A request that we may send. */
export type ClientMethod = keyof ClientRequests
/** A request that the server may send. */
export type ServerRequestMethod = keyof ServerRequests
/** A notification that the server may send. */
export type ServerNotificationMethod = keyof ServerNotifications

/** What goes with a method, in whichever direction it travels. `undefined` where nothing does. */
export type ParamsOf<M extends ClientMethod | ServerRequestMethod | ServerNotificationMethod> =
  M extends ClientMethod
    ? ClientRequests[M]['params']
    : M extends ServerRequestMethod
      ? ServerRequests[M]['params']
      : M extends ServerNotificationMethod
        ? ServerNotifications[M]
        : never

/** What answers a method: the server's result for our requests, the result that we owe for the server's. */
export type ResultOf<M extends ClientMethod | ServerRequestMethod> = M extends ClientMethod
  ? ClientRequests[M]['result']
  : M extends ServerRequestMethod
    ? ServerRequests[M]['result']
    : never

/** A notification as it came. The server may be newer than our table: narrow it with `isKnownNotification`. */
export interface AnyNotification {
  readonly method: string
  readonly params: unknown
  /** When the server sent it, in milliseconds since 1970 by its clock; servers before 0.169 do not say. */
  readonly emittedAtMs?: number
}

/** A notification of our table; `switch (notification.method)` narrows its params. */
export type KnownNotification = {
  [M in ServerNotificationMethod]: {
    readonly method: M
    readonly params: ServerNotifications[M]
    readonly emittedAtMs?: number
  }
}[ServerNotificationMethod]
