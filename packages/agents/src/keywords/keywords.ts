import type { KeywordEvent } from './keyword-event.ts'
import type { KeywordFeatures } from './features.ts'

/**
 * What follows a keyword.
 *
 * - `percent-and-text`: text, perhaps empty, that may begin with a percentage.
 * - `path`, `url`, `text`: that, and not nothing.
 * - `optional-text`: text or nothing; the colon may be missing.
 * - `token-and-json`: one word, then a JSON value on the same line.
 */
export type KeywordGrammar = 'percent-and-text' | 'path' | 'optional-text' | 'url' | 'text' | 'token-and-json'

/** One keyword: parser, prompt and README know of it what stands here. */
export interface Keyword {
  readonly spelling: string
  readonly event: Exclude<KeywordEvent['type'], 'text'>
  /** What turns it on; `browser` does when it is `redirect`. */
  readonly feature: keyof KeywordFeatures
  readonly grammar: KeywordGrammar
  /** What agents are told about it, in one sentence. */
  readonly tell: string
  /** A whole line. */
  readonly example: string
}

/** The keywords, in the order in which agents are told of them. */
export const KEYWORDS: readonly Keyword[] = [
  {
    spelling: 'STATUS',
    event: 'status',
    feature: 'keywords',
    grammar: 'percent-and-text',
    tell: 'How far you are, for the people who watch; put a percentage first when you can tell one.',
    example: 'STATUS: 40% the parser is written, its tests are next',
  },
  {
    spelling: 'DELIVERABLE',
    event: 'deliverable',
    feature: 'deliverables',
    grammar: 'path',
    tell: 'A file that you hand over is complete: its path, absolute or seen from the work directory.',
    example: 'DELIVERABLE: deliverables/report.md',
  },
  {
    spelling: 'DONE',
    event: 'done',
    feature: 'keywords',
    grammar: 'optional-text',
    tell: 'The whole task is finished; a summary may follow.',
    example: 'DONE: all tests pass',
  },
  {
    spelling: 'ERROR',
    event: 'error',
    feature: 'keywords',
    grammar: 'optional-text',
    tell: 'You give up, since something stands in the way that you cannot remove; say what.',
    example: 'ERROR: the server refuses the password',
  },
  {
    spelling: 'BROWSER',
    event: 'browser',
    feature: 'browser',
    grammar: 'url',
    tell: 'A person is to open this address in a browser, to log in for example.',
    example: 'BROWSER: https://example.com/login?code=1234',
  },
  {
    spelling: 'ATTENTION',
    event: 'attention',
    feature: 'keywords',
    grammar: 'text',
    tell: 'A person has to look at this session; say briefly what for.',
    example: 'ATTENTION: which of the two databases may be changed?',
  },
  {
    spelling: 'CLIENT_MESSAGE',
    event: 'client-message',
    feature: 'clientMessages',
    grammar: 'token-and-json',
    tell: 'A name and a JSON value for the user interface of the application that started you. What is no JSON is dropped.',
    example: 'CLIENT_MESSAGE: chart {"title":"Load","values":[1,2,3]}',
  },
  {
    spelling: 'CALLER_MESSAGE',
    event: 'caller-message',
    feature: 'callerMessages',
    grammar: 'token-and-json',
    tell: 'A name and a JSON value for the application that controls you; it may answer with a `System:` message. What is no JSON is dropped.',
    example: 'CALLER_MESSAGE: lookup {"customer":17}',
  },
]

const FORMS: Record<KeywordGrammar, (spelling: string) => string> = {
  'percent-and-text': (spelling) => `${spelling}: [PERCENT%] TEXT`,
  path: (spelling) => `${spelling}: PATH`,
  'optional-text': (spelling) => `${spelling}[: TEXT]`,
  url: (spelling) => `${spelling}: URL`,
  text: (spelling) => `${spelling}: TEXT`,
  'token-and-json': (spelling) => `${spelling}: NAME JSON`,
}

/** How a keyword is written: `STATUS: [PERCENT%] TEXT`. */
export function keywordForm({ grammar, spelling }: Keyword): string {
  return FORMS[grammar](spelling)
}

/** Whether lines with the keyword are understood. */
export function isKeywordOn({ feature }: Keyword, features: KeywordFeatures): boolean {
  if (feature === 'browser') return features.browser === 'redirect'
  return features.keywords && features[feature]
}
