// By hand and on purpose without the package's own writer: an error that both share would not show.

export interface Header {
  readonly name: string
  /** @default '0', a file */
  readonly type?: string
  readonly link?: string
  readonly body?: string | Buffer
  /** @default 0o644 */
  readonly mode?: number
  /** What the header claims, whatever the body is. */
  readonly size?: number
}

const BLOCK = 512

/** An entry: header, body, padding. Nothing is checked. */
export function tarEntry({ name, type = '0', link = '', body = '', mode = 0o644, size }: Header): Buffer {
  const bytes = Buffer.from(body)
  const head = Buffer.alloc(BLOCK)
  head.write(name, 0, 100, 'latin1')
  head.write(octal(mode, 7), 100, 'latin1')
  head.write(octal(0, 7), 108, 'latin1')
  head.write(octal(0, 7), 116, 'latin1')
  head.write(octal(size ?? bytes.length, 11), 124, 'latin1')
  head.write(octal(1_700_000_000, 11), 136, 'latin1')
  head.write('        ', 148, 'latin1')
  head.write(type, 156, 'latin1')
  head.write(link, 157, 100, 'latin1')
  head.write('ustar\x0000', 257, 'latin1')
  // Devices: the null device.
  head.write(octal(1, 7), 329, 'latin1')
  head.write(octal(3, 7), 337, 'latin1')
  const sum = head.reduce((total, byte) => total + byte, 0)
  head.write(`${octal(sum, 6)}\0 `, 148, 'latin1')
  return Buffer.concat([head, bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)])
}

/** A pax header with these records. @param type `x` for the next entry, `g` for all */
export function paxEntry(records: Readonly<Record<string, string>>, type: 'x' | 'g' = 'x'): Buffer {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`
    let length = rest.length + 1
    while (String(length).length + rest.length !== length) length += 1
    return `${length}${rest}`
  })
  return tarEntry({ name: 'pax', type, body: lines.join('') })
}

/** GNU's long name (`L`) or long link (`K`). */
export function longEntry(type: 'L' | 'K', name: string): Buffer {
  return tarEntry({ name: '././@LongLink', type, body: `${name}\0` })
}

export const END = Buffer.alloc(2 * BLOCK)

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0').slice(-digits)
}
