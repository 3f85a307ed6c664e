import type { StorePlace } from '../stores/store-place.ts'

/** What a writer is told when it starts. */
export interface WriterErrand {
  readonly place: StorePlace
  /** Begins the names of what it stores. */
  readonly name: string
}

export const OWNER = 'drill'
