import { z } from 'zod'
import { MAX_TERMINAL_SIDE } from './limits.ts'
import type { TerminalRequest } from './terminal-request.ts'

const side = (least: number, otherwise: number): z.ZodType<number> =>
  z
    .string()
    .regex(/^\d{1,4}$/)
    .transform(Number)
    .pipe(z.number().min(least).max(MAX_TERMINAL_SIDE))
    .default(otherwise)

const query = z.strictObject({
  mode: z.enum(['read', 'write']).default('write'),
  columns: side(2, 80),
  rows: side(1, 24),
})

/** Reads `?mode=read&columns=C&rows=R`; all may be left out. @returns `undefined` for anything else, also for a name given twice */
export function parseTerminalQuery(
  parameters: URLSearchParams,
): Pick<TerminalRequest, 'mode' | 'size'> | undefined {
  const pairs = [...parameters]
  const parsed = query.safeParse(Object.fromEntries(pairs))
  if (!parsed.success || new Set(pairs.map(([name]) => name)).size !== pairs.length) return undefined
  const { mode, columns, rows } = parsed.data
  return { mode, size: { columns, rows } }
}
