import type { ModelEvent } from '../model-step.ts'

/**
 * One server-sent event. JSON never holds a raw line break, so one `data` line is enough.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function encodeEvent(event: ModelEvent): string {
  return `event: ${event.type.replace(/[\r\n]/g, ' ')}\ndata: ${JSON.stringify(event)}\n\n`
}
