import type { Json } from '../store/json.ts'

/**
 * What one line of an agent's log says. Texts have at most 16 Ki characters, and U+FFFD in place of control characters:
 * they are shown to people.
 */
export type KeywordEvent =
  | {
      readonly type: 'status'
      /** 0 to 100; `undefined` when the line gives none. */
      readonly percent: number | undefined
      /** May be empty. */
      readonly message: string
    }
  | {
      readonly type: 'deliverable'
      /** As the agent wrote it, at most 4096 bytes: absolute, or from the work directory. Nothing is checked yet. */
      readonly path: string
    }
  | { readonly type: 'done'; readonly summary: string | undefined }
  | { readonly type: 'error'; readonly message: string | undefined }
  | {
      readonly type: 'browser'
      /** Absolute, `http` or `https`, without blanks. */
      readonly url: string
    }
  | { readonly type: 'attention'; readonly reason: string }
  | {
      readonly type: 'client-message' | 'caller-message'
      /** One word of at most 256 characters. */
      readonly keyword: string
      /** Nested at most 64 deep, at most 256 KiB when it is rendered. */
      readonly data: Json
    }
  | {
      /** No keyword, or one that is off: a fact too. */
      readonly type: 'text'
      /** The line without blanks at its end. */
      readonly text: string
      /** For the agent: the line looks like a keyword, and why it is none. */
      readonly hint?: string
    }
