import type { TerminalSize } from '@x/agents/terminal'
import { z } from 'zod'
import { MAX_BURST, MAX_TERMINAL_SIDE } from './limits.ts'

/** What a viewer says as text. Its binary messages are what a person types. */
export type ViewerMessage =
  /** So many bytes of screen and output were drawn. */
  | { readonly type: 'acknowledge'; readonly bytes: number }
  | ({ readonly type: 'resize' } & TerminalSize)
  /** The binary messages that follow, of so many bytes together, are one burst. */
  | { readonly type: 'burst'; readonly bytes: number }

const side = (least: number): z.ZodType<number> => z.int().min(least).max(MAX_TERMINAL_SIDE)

const message: z.ZodType<ViewerMessage> = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('acknowledge'), bytes: z.int().positive() }),
  z.strictObject({ type: z.literal('resize'), columns: side(2), rows: side(1) }),
  z.strictObject({ type: z.literal('burst'), bytes: z.int().positive().max(MAX_BURST) }),
])

/** @returns `undefined` for what is no such message */
export function parseViewerMessage(text: string): ViewerMessage | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return message.safeParse(value).data
}
