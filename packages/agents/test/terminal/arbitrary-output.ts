import fc from 'fast-check'

/** The cursor is not behind the last column of a cell that these leave empty: nothing that can be written leads there. */
const settled = (sequence: string): string => `\r${sequence}`

const csi = (final: string, max = 12) =>
  fc.array(fc.nat(max), { maxLength: 2 }).map((numbers) => `\x1b[${numbers.join(';')}${final}`)

const text = fc.oneof(
  fc.stringMatching(/^[a-z ]{1,30}$/),
  fc.constantFrom('é€', '漢字', '😀', 'e\u0301', '│─┐', 'q', 'x'.repeat(25)),
)

const style = fc
  .array(
    fc.constantFrom(
      '0',
      '1',
      '2',
      '3',
      '4',
      '4:3',
      '5',
      '7',
      '8',
      '9',
      '22',
      '31',
      '44',
      '97',
      '103',
      '38;5;123',
      '48;2;1;2;3',
      '53',
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((codes) => `\x1b[${codes.join(';')}m`)

const modes = fc
  .tuple(
    fc.constantFrom(
      '1',
      '6',
      '7',
      '25',
      '47',
      '45',
      '66',
      '1000',
      '1002',
      '1003',
      '1004',
      '1006',
      '1016',
      '1049',
      '2004',
      '2026',
    ),
    fc.constantFrom('h', 'l'),
  )
  .map(([mode, set]) => settled(`\x1b[?${mode}${set}`))

/** What programs write: text of all widths, and the sequences that move, erase, scroll, colour and set. */
export const arbitraryOutput: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: text },
      { weight: 3, arbitrary: fc.constantFrom('\r\n', '\n', '\r', '\b', '\t', '\r\n\r\n\r\n') },
      { weight: 2, arbitrary: style },
      {
        weight: 4,
        arbitrary: fc.oneof(...['A', 'B', 'C', 'D', 'G', 'H', 'd', 'E', 'F'].map((final) => csi(final))),
      },
      {
        weight: 4,
        arbitrary: fc.oneof(
          ...['J', 'K', 'L', 'M', 'P', 'X', 'S', 'T', '@', 'b', 'I', 'Z'].map((final) =>
            csi(final, 4).map(settled),
          ),
        ),
      },
      { weight: 1, arbitrary: csi('r', 8) },
      { weight: 2, arbitrary: modes },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          '\x1b[4h',
          '\x1b[4l',
          '\x1b7',
          '\x1b8',
          '\x1bD',
          '\x1bM',
          '\x1bE',
          '\x1bH',
          '\x1b[3g',
          '\x1b(0',
          '\x1b(B',
          '\x1b)0',
          '\x0e',
          '\x0f',
          '\x1b[5 q',
          '\x1b#8',
          '\x1b[!p',
          '\x1bc',
        ),
      },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          '\x1b]2;title\x07',
          '\x1b]0;other\x1b\\',

          '\x1bP$qm\x1b\\',
          '\x1b[6n',
        ),
      },
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''))
