import type { KeywordFeatures } from '../keywords/features.ts'

/** All that a prompt is made of. */
export interface PromptFacts {
  /** Nothing is explained that is off. */
  readonly features: KeywordFeatures
  /** The work directory as the agent addresses it: `.`, or an absolute path when it works elsewhere. */
  readonly workPath: string
  /** What whoever starts the session wants done, in their words. */
  readonly task: string | undefined
  /** The agent may offer files of the work directory to the person it talks with. */
  readonly offersFiles: boolean
  /** The session can be stopped and go on later; what of its directory is then there again. */
  readonly resume: ResumeFacts | undefined
  /** Where the agent may go besides what every program needs; `undefined` when nothing is said about that. */
  readonly restrictions: readonly PathGrant[] | undefined
}

export interface ResumeFacts {
  /** Patterns of what is not kept of the work directory. */
  readonly excluded?: readonly string[]
  /** What is kept besides the work directory, for example the agent's own history. */
  readonly kept?: readonly string[]
}

export interface PathGrant {
  readonly path: string
  readonly mode: 'read' | 'write'
}

/** One section of a prompt, heading and all, without blank lines around it; `undefined` when it has nothing to say. Pure. */
export type PromptSection = (facts: PromptFacts) => string | undefined
