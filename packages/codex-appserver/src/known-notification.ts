import { SERVER_NOTIFICATION_METHODS } from './_generated/methods.ts'
import type { AnyNotification, KnownNotification } from './method-types.ts'

const KNOWN: ReadonlySet<string> = new Set(SERVER_NOTIFICATION_METHODS)

/** Whether `notification` is of a method that this package has types for; the way to fold `onAnyNotification`. */
export function isKnownNotification(notification: AnyNotification): notification is KnownNotification {
  return KNOWN.has(notification.method)
}
