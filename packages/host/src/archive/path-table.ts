import { createKeyedHash } from './keyed-hash.ts'

/** What lies at a path. `implied` is a directory that no entry has named yet; `gone` was deleted by a later archive. */
export type PathKind = 'gone' | 'implied' | 'directory' | 'file' | 'symlink'

const KINDS: readonly PathKind[] = ['gone', 'implied', 'directory', 'file', 'symlink']
const FIRST_SLOTS = 4_096

/**
 * What lies where, for as many paths as an archive may have, in 11 to 22 bytes each. Paths are kept as 64 bits of a
 * keyed hash: whoever made the archive does not know the key, and so cannot make two paths look alike.
 */
export class PathTable {
  readonly #keyedHash = createKeyedHash()
  /** One path is looked up and then set, mostly. */
  #last: { readonly path: string; readonly hash: readonly [number, number] } = { path: '', hash: [0, 0] }
  #slots = FIRST_SLOTS
  #used = 0
  #hashes = new Uint32Array(FIRST_SLOTS * 2)
  /** 0 is a free slot; else 1 + kind + 8 x generation. */
  #values = new Uint16Array(FIRST_SLOTS)

  get(path: string): { readonly kind: PathKind; readonly generation: number } | undefined {
    const value = this.#values[this.#find(this.#hash(path))] ?? 0
    if (value === 0) return undefined
    return { kind: KINDS[(value - 1) & 7] ?? 'gone', generation: (value - 1) >> 3 }
  }

  /** @param generation which archive of a series said so, below 8192 */
  set(path: string, kind: PathKind, generation: number): void {
    if (this.#used * 2 >= this.#slots) this.#grow()
    const hash = this.#hash(path)
    const slot = this.#find(hash)
    if (this.#values[slot] === 0) this.#used += 1
    this.#hashes[slot * 2] = hash[0]
    this.#hashes[slot * 2 + 1] = hash[1]
    this.#values[slot] = 1 + KINDS.indexOf(kind) + generation * 8
  }

  #hash(path: string): readonly [number, number] {
    if (this.#last.path !== path || path === '') this.#last = { path, hash: this.#keyedHash(path) }
    return this.#last.hash
  }

  /** The slot of the hash, or the free one where it belongs. */
  #find([low, high]: readonly [number, number]): number {
    for (let slot = low % this.#slots; ; slot = (slot + 1) % this.#slots) {
      const free = this.#values[slot] === 0
      if (free || (this.#hashes[slot * 2] === low && this.#hashes[slot * 2 + 1] === high)) return slot
    }
  }

  #grow(): void {
    const [hashes, values] = [this.#hashes, this.#values]
    this.#slots *= 2
    this.#hashes = new Uint32Array(this.#slots * 2)
    this.#values = new Uint16Array(this.#slots)
    values.forEach((value, index) => {
      if (value === 0) return
      const hash = [hashes[index * 2] ?? 0, hashes[index * 2 + 1] ?? 0] as const
      const slot = this.#find(hash)
      this.#hashes[slot * 2] = hash[0]
      this.#hashes[slot * 2 + 1] = hash[1]
      this.#values[slot] = value
    })
  }
}
