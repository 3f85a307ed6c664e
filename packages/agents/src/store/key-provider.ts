/** A key that wraps data keys. */
export interface StoreKey {
  /** Stored beside everything that the key has wrapped. Letters, digits, `.`, `_` and `-`; at most 128. */
  readonly id: string
  /** 32 bytes. */
  readonly key: Uint8Array
}

/**
 * Where the keys come from: files (`openKeyDirectory`), or functions of yours before a vault. Called for every content
 * that is written or read; remember what is dear to fetch.
 */
export interface KeyProvider {
  /** The key for what is written from now on. Makes the first one when there is none. */
  readonly current: () => Promise<StoreKey>
  /** An earlier or the current key; undefined when there is none of that id. Makes nothing. */
  readonly find: (id: string) => Promise<StoreKey | undefined>
}
