import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'

const TOKENS = readFileSync(new URL('../../src/theme/tokens.css', import.meta.url), 'utf8')
const INKS = ['text', 'faint', 'accent', 'green', 'amber', 'red', 'blue', 'magenta', 'cyan']
const PAPERS = ['bg', 'side', 'raised', 'hover']
const TINTS = ['green', 'amber', 'red', 'blue', 'magenta']
const WCAG_AA = 4.5

function colour(name: string, theme: 'light' | 'dark'): string {
  const [, light = '', dark = ''] =
    new RegExp(`--x-${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(TOKENS) ?? []
  return theme === 'light' ? light : dark
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)
}

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  test.each([...PAPERS, ...TINTS.map((name) => `${name}-bg`)])(
    'every colour of text can be read on %s',
    (paper) => {
      const weak = INKS.map(
        (ink) => [ink, contrast(colour(ink, theme), colour(paper, theme))] as const,
      ).filter(([, ratio]) => !(ratio >= WCAG_AA))
      expect(weak).toEqual([])
    },
  )

  test('words on the accent can be read', () => {
    expect(contrast(colour('on-accent', theme), colour('accent', theme))).toBeGreaterThanOrEqual(WCAG_AA)
  })

  test('a field’s border can be seen', () => {
    expect(contrast(colour('border-strong', theme), colour('bg', theme))).toBeGreaterThanOrEqual(3)
  })
})
