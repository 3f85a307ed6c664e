import type { CellStyle } from './emulator.ts'

const FLAGS = [
  ['isBold', 1],
  ['isDim', 2],
  ['isItalic', 3],
  ['isBlink', 5],
  ['isInverse', 7],
  ['isInvisible', 8],
  ['isStrikethrough', 9],
  ['isOverline', 53],
] as const

/** The sequence that sets colours and styles, whatever they were before. Links are not drawn. */
export function drawStyle(style: CellStyle): string {
  const codes: (number | string)[] = FLAGS.flatMap(([is, code]) => (style[is]() ? [code] : []))
  if (style.isUnderline()) codes.push(underline(style))
  codes.push(...colour(style.getFgColor(), style.isFgRGB(), style.isFgPalette(), 30))
  codes.push(...colour(style.getBgColor(), style.isBgRGB(), style.isBgPalette(), 40))
  return codes.length === 0 ? '\x1b[m' : `\x1b[0;${codes.join(';')}m`
}

/** As `drawStyle`, for a cell without a character: it has nothing but a background. */
export function drawBackground(style: CellStyle): string {
  const codes = colour(style.getBgColor(), style.isBgRGB(), style.isBgPalette(), 40)
  return codes.length === 0 ? '\x1b[m' : `\x1b[0;${codes.join(';')}m`
}

function colour(value: number, isRgb: boolean, isPalette: boolean, base: 30 | 40): number[] {
  if (isRgb) return [base + 8, 2, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff]
  if (!isPalette) return []
  if (value >= 16) return [base + 8, 5, value]
  return [value < 8 ? base + value : base + 52 + value]
}

/** Curly, dotted and dashed lines are not in the emulator's interface, but in its cells. */
function underline(style: CellStyle & { getUnderlineStyle?(): number }): number | string {
  const kind = style.getUnderlineStyle?.() ?? 1
  return kind > 1 ? `4:${kind}` : 4
}
