/** One of the sixteen colours of a terminal: 0-7 the usual ones, 8-15 the bright ones. */
export type AnsiColour = number

/** How text looks, as far as escape sequences say. Immutable. */
export interface SgrStyle {
  readonly colour?: AnsiColour
  readonly background?: AnsiColour
  readonly bold?: true
  readonly dim?: true
  readonly italic?: true
  readonly underline?: true
  readonly inverse?: true
  readonly strike?: true
}

export const PLAIN: SgrStyle = {}

type Flag = Exclude<keyof SgrStyle, 'colour' | 'background'>

const ON: Readonly<Record<number, Flag>> = {
  1: 'bold',
  2: 'dim',
  3: 'italic',
  4: 'underline',
  7: 'inverse',
  9: 'strike',
}
const OFF: Readonly<Record<number, readonly Flag[]>> = {
  21: ['bold'],
  22: ['bold', 'dim'],
  23: ['italic'],
  24: ['underline'],
  27: ['inverse'],
  29: ['strike'],
}
/** The sixteen colours as most terminals have them, to which all others are brought. */
const PALETTE: readonly (readonly [number, number, number])[] = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
]

/** The style after a sequence such as `1;31`. What it does not know changes nothing. */
export function applySgr(style: SgrStyle, parameters: string): SgrStyle {
  const codes = parameters.split(/[;:]/).map((code) => (code === '' ? 0 : Number(code)))
  let next = style
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0
    if (code === 38 || code === 48) {
      const [colour, used] = readColour(codes.slice(at + 1))
      if (colour !== undefined) next = { ...next, [code === 38 ? 'colour' : 'background']: colour }
      at += used
    } else {
      next = applyCode(next, code)
    }
  }
  return next
}

function applyCode(style: SgrStyle, code: number): SgrStyle {
  if (code === 0) return PLAIN
  const on = ON[code]
  if (on) return { ...style, [on]: true }
  const off = OFF[code]
  if (off) return without(style, ...off)
  if (code === 39) return without(style, 'colour')
  if (code === 49) return without(style, 'background')
  if (code >= 30 && code <= 37) return { ...style, colour: code - 30 }
  if (code >= 90 && code <= 97) return { ...style, colour: code - 82 }
  if (code >= 40 && code <= 47) return { ...style, background: code - 40 }
  if (code >= 100 && code <= 107) return { ...style, background: code - 92 }
  return style
}

function without(style: SgrStyle, ...names: readonly string[]): SgrStyle {
  return Object.fromEntries(Object.entries(style).filter(([name]) => !names.includes(name)))
}

/** What follows 38 or 48: `5;n` or `2;r;g;b`. @returns the nearest of the sixteen, and how many numbers were read */
function readColour(codes: readonly number[]): readonly [AnsiColour | undefined, number] {
  const [how, one = 0, two = 0, three = 0] = codes
  if (how === 5) return [indexed(one), 2]
  if (how === 2) return [nearest(one, two, three), 4]
  return [undefined, codes.length]
}

function indexed(index: number): AnsiColour | undefined {
  if (!(index >= 0 && index <= 255)) return undefined
  if (index < 16) return index
  if (index >= 232) return nearest(...grey(8 + (index - 232) * 10))
  const step = (level: number): number => (level === 0 ? 0 : 55 + level * 40)
  const cube = index - 16
  return nearest(step(Math.floor(cube / 36)), step(Math.floor(cube / 6) % 6), step(cube % 6))
}

function grey(level: number): readonly [number, number, number] {
  return [level, level, level]
}

function nearest(red: number, green: number, blue: number): AnsiColour {
  let best = 0
  let least = Infinity
  for (const [index, [r, g, b]] of PALETTE.entries()) {
    const distance = (red - r) ** 2 + (green - g) ** 2 + (blue - b) ** 2
    if (distance < least) {
      least = distance
      best = index
    }
  }
  return best
}
