import type { Grant } from './item.ts'

interface QuestionBase {
  /** Stable over reconnects and restarts while the agent waits. */
  readonly id: string
  /** Absent when it belongs to no turn. */
  readonly turnId?: string
  /** `SubAgent.id`, when it is not the agent itself that asks. */
  readonly agentId?: string
  /** Milliseconds since the epoch. */
  readonly askedAt: number
}

/** One thing that the agent wants to know. */
export interface InputField {
  readonly id: string
  /** A few words. */
  readonly header: string
  readonly text: string
  /** What may be chosen; empty for free text. */
  readonly options: readonly { readonly label: string; readonly description: string }[]
  /** Whether words of one's own may be said in place of an option. */
  readonly allowsOther: boolean
  /** Not to be shown while it is typed, nor kept. */
  readonly secret: boolean
}

/** The agent asks the person something, and waits. */
export interface InputQuestion extends QuestionBase {
  readonly kind: 'input'
  readonly fields: readonly InputField[]
}

/** One value of a form. */
export interface FormField {
  readonly name: string
  readonly title: string
  readonly description?: string
  readonly type: 'text' | 'number' | 'integer' | 'boolean' | 'choice' | 'choices'
  readonly required: boolean
  /** For `choice` and `choices`. */
  readonly options?: readonly { readonly value: string; readonly title: string }[]
  readonly default?: string | number | boolean | readonly string[]
}

/** A tool's server asks the person, through the agent: to fill in a form, or to open an address. */
export interface ElicitationQuestion extends QuestionBase {
  readonly kind: 'elicitation'
  /** The server that asks. What it says is its own word, not the agent's. */
  readonly server: string
  readonly message: string
  /** `undefined` fields: a form that can't be shown here, and can only be declined. */
  readonly ask:
    | { readonly type: 'form'; readonly fields: readonly FormField[] | undefined }
    | { readonly type: 'open'; readonly url: string }
}

/** The agent asks to be allowed more than its sandbox allows. */
export interface PermissionQuestion extends QuestionBase {
  readonly kind: 'permission'
  /** Why, in the agent's own words. */
  readonly reason?: string
  /** What is asked for, of which a part may be granted. What may never be granted is left out; never empty. */
  readonly grants: readonly Grant[]
}

/** The agent waits for something other than a yes or no to what it wants to do. Open until answered by anyone, or its turn ends. */
export type Question = InputQuestion | ElicitationQuestion | PermissionQuestion

/** An answer's `kind` is that of its question. `declined` fits every kind: nothing is said, nothing is granted, the agent goes on. */
export type QuestionAnswer =
  /** By `InputField.id`: what was chosen, or said. */
  | { readonly kind: 'input'; readonly answers: Readonly<Record<string, readonly string[]>> }
  /** By `FormField.name`; empty for `open`. */
  | {
      readonly kind: 'elicitation'
      readonly values: Readonly<Record<string, string | number | boolean | readonly string[]>>
    }
  | { readonly kind: 'permission'; readonly grants: readonly Grant[]; readonly scope: 'turn' | 'session' }
  | { readonly kind: 'declined' }
