import { memo } from 'react'
import type { ReactNode } from 'react'
import { readAnsiLine } from '../text/ansi/ansi-line.ts'
import type { OutputLine } from '../text/ansi/output-lines.ts'
import type { SgrStyle } from '../text/ansi/sgr-style.ts'
import { plural } from '../text/format.ts'
import { revealHidden } from '../text/reveal-hidden.ts'
import { cutLine, MAX_LINE } from './cut-line.ts'

/** A line as raw as this is not looked at as a whole: most of it would not be drawn. */
const MAX_RAW = 32 * 1024

/** One line of a command's output, with its colours; everything else that a terminal would obey is gone. */
export const AnsiText = memo(function AnsiText({ raw, style }: OutputLine) {
  const spans = readAnsiLine(raw.slice(0, MAX_RAW), style)
  const shown: ReactNode[] = []
  let left = MAX_LINE
  let more = Math.max(0, raw.length - MAX_RAW)
  for (const [index, { text, style: look }] of spans.entries()) {
    const part = left < text.length ? cutLine(text, left).shown : text
    if (part !== '')
      shown.push(
        <span key={index} className={classOf(look)}>
          {revealHidden(part)}
        </span>,
      )
    left = Math.max(0, left - text.length)
    more += text.length - part.length
  }
  return (
    <>
      {shown}
      {more > 0 && <span className="x-faint"> … {plural(more, 'more character')}</span>}
    </>
  )
})

function classOf(style: SgrStyle): string | undefined {
  const { inverse, bold, dim, italic, underline, strike } = style
  const colour = inverse ? style.background : style.colour
  const background = inverse ? (style.colour ?? 'text') : style.background
  const names = [
    colour !== undefined && `x-ansi-${colour}`,
    background !== undefined && `x-ansi-on-${background}`,
    bold && 'x-ansi-bold',
    dim && 'x-faint',
    italic && 'x-ansi-italic',
    underline && 'x-ansi-underline',
    strike && 'x-ansi-strike',
  ].filter((name) => name !== false && name !== undefined)
  return names.length === 0 ? undefined : names.join(' ')
}
