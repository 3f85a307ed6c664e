import fc from 'fast-check'
import { type KeywordFeatures, keywordFeatures } from '../../src/keywords/features.ts'
import { KEYWORDS } from '../../src/keywords/keywords.ts'

const FLAGS = [false, true]

/** Every combination of wishes: where keywords are off, several come to the same. */
export function everyFeatureSet(): readonly KeywordFeatures[] {
  return FLAGS.flatMap((keywords) =>
    FLAGS.flatMap((deliverables) =>
      (['ignore', 'suppress', 'redirect'] as const).flatMap((browser) =>
        FLAGS.flatMap((clientMessages) =>
          FLAGS.map((callerMessages) =>
            keywordFeatures({ keywords, deliverables, browser, clientMessages, callerMessages }),
          ),
        ),
      ),
    ),
  )
}

/** Lines of any kind, those that are nearly a keyword above all. */
export function arbitraryLine(): fc.Arbitrary<string> {
  const spellings = KEYWORDS.map(({ spelling }) => spelling)
  const piece = fc.oneof(
    fc.constantFrom(...spellings, ...spellings.map((spelling) => spelling.toLowerCase()), 'System'),
    fc.constantFrom(':', ' ', '%', '50%', '\t', '"', '{', '}', '[', ']', '\\', 'k 1', 'https://a.example/'),
    arbitraryText(12),
  )
  return fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
}

/** Text of any UTF-16 units, halves of characters too; a large part of it is ASCII. */
export function arbitraryText(maxLength: number): fc.Arbitrary<string> {
  const code = fc.oneof(fc.nat(0x7f), fc.nat(0xffff), fc.constantFrom(0x0a, 0x0d, 0x85, 0x2028))
  return fc.array(code, { maxLength }).map((codes) => String.fromCharCode(...codes))
}
