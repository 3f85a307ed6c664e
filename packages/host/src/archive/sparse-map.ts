import { refuse } from './refuse.ts'
import { BLOCK, paddingOf } from './tar-header.ts'

/** A stretch of a sparse file that is no hole. */
export interface SparsePart {
  readonly offset: number
  readonly length: number
}

/** Some 700,000 parts. */
const MAX_MAP_BYTES = 16 * 1_048_576

/** Takes the map at the begin of a sparse file's body (GNU format 1.0): decimal numbers, one in a line, up to a full block. */
export class SparseMapReader {
  readonly #path: string
  readonly #realSize: number
  readonly #bodySize: number
  readonly #numbers: number[] = []
  #digits = ''
  #bytes = 0

  /** @param bodySize bytes of map and data together */
  constructor(path: string, realSize: number, bodySize: number) {
    this.#path = path
    this.#realSize = realSize
    this.#bodySize = bodySize
  }

  /**
   * @returns how many bytes of `part` belong to the map, and the map once it is complete
   * @throws HostError `archive-unsafe` unless the parts are in order, lie within the file and are as long as the data
   */
  push(part: Buffer): { readonly taken: number; readonly map?: readonly SparsePart[] } {
    for (let at = 0; at < part.length; at += 1) {
      this.#takeByte(part[at] ?? 0)
      this.#bytes += 1
      if (this.#bytes > MAX_MAP_BYTES) throw this.#refuse()
      if (this.#bytes % BLOCK === 0 && this.#isComplete()) return { taken: at + 1, map: this.#finish() }
    }
    return { taken: part.length }
  }

  #takeByte(byte: number): void {
    if (this.#isComplete()) {
      if (byte !== 0) throw this.#refuse()
    } else if (byte === 0x0a) {
      const value = /^[0-9]{1,16}$/.test(this.#digits) ? Number(this.#digits) : Number.NaN
      if (!Number.isSafeInteger(value)) throw this.#refuse()
      this.#numbers.push(value)
      this.#digits = ''
    } else {
      this.#digits += String.fromCharCode(byte)
      if (this.#digits.length > 16) throw this.#refuse()
    }
  }

  #isComplete(): boolean {
    const count = this.#numbers[0]
    return count !== undefined && this.#numbers.length === 1 + 2 * count
  }

  #finish(): readonly SparsePart[] {
    const map: SparsePart[] = []
    let end = 0
    let data = 0
    for (let at = 1; at < this.#numbers.length; at += 2) {
      const [offset = 0, length = 0] = this.#numbers.slice(at, at + 2)
      if (offset < end || offset + length > this.#realSize) throw this.#refuse()
      end = offset + length
      data += length
      map.push({ offset, length })
    }
    if (this.#bytes + data !== this.#bodySize) throw this.#refuse()
    return map
  }

  #refuse(): Error {
    return refuse("a sparse file's map is wrong", this.#path)
  }
}

/** The map as it begins a body, up to a full block. */
export function renderSparseMap(map: readonly SparsePart[]): Buffer {
  const lines = [map.length, ...map.flatMap(({ offset, length }) => [offset, length])]
  const text = `${lines.join('\n')}\n`
  return Buffer.from(text + '\0'.repeat(paddingOf(text.length)), 'latin1')
}
