/**
 * What an agent may say through its log, and what it is told about that. Immutable data: prompt, parser and browser shims
 * follow the same one, so that what is explained is understood, and what is off is neither.
 */
export interface KeywordFeatures {
  /** The log protocol as such: `STATUS`, `DONE`, `ERROR`, `ATTENTION`. Without it nothing is explained. */
  readonly keywords: boolean
  /** Files are handed over by `DELIVERABLE`, each with a reply. */
  readonly deliverables: boolean
  /**
   * What becomes of a program that wants to open a browser: `ignore` leaves it alone, `suppress` lets it open nothing,
   * `redirect` reports the address. Redirected addresses are read also where `keywords` is off: somebody may be waiting
   * for a login.
   */
  readonly browser: 'ignore' | 'suppress' | 'redirect'
  /** `CLIENT_MESSAGE`: data for the user interface of the application. */
  readonly clientMessages: boolean
  /** `CALLER_MESSAGE`: data for the application itself, which may answer. */
  readonly callerMessages: boolean
}

/**
 * A feature set of what is wished; the rest is off.
 *
 * `keywords` is on by default as soon as something is wished that needs it. Said to be off, it takes that along:
 * deliverables and messages have no other way.
 */
export function keywordFeatures(wish: Partial<KeywordFeatures> = {}): KeywordFeatures {
  const { deliverables = false, browser = 'ignore', clientMessages = false, callerMessages = false } = wish
  const { keywords = deliverables || clientMessages || callerMessages } = wish
  return Object.freeze({
    keywords,
    deliverables: keywords && deliverables,
    browser,
    clientMessages: keywords && clientMessages,
    callerMessages: keywords && callerMessages,
  })
}
