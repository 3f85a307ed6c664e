import { z } from 'zod'

const text = z.string().min(1).optional().catch(undefined)

const answerSchema = z.looseObject({
  access_token: text,
  refresh_token: text,
  id_token: text,
  code: text,
  error: z
    .union([z.string(), z.looseObject({ code: text })])
    .optional()
    .catch(undefined),
})

/** What a token endpoint has said, in either of its ways to name an error. */
export interface ParsedTokenAnswer {
  readonly accessToken?: string
  readonly refreshToken?: string
  readonly idToken?: string
  readonly code?: string
}

/** Empty for what can't be read; never throws. */
export function parseTokenAnswer(body: string): ParsedTokenAnswer {
  const parsed = answerSchema.safeParse(parseJson(body))
  if (!parsed.success) return {}
  const { access_token: accessToken, refresh_token: refreshToken, id_token: idToken, error } = parsed.data
  const code = (typeof error === 'string' ? error : error?.code) ?? parsed.data.code
  return {
    ...(accessToken !== undefined && { accessToken }),
    ...(refreshToken !== undefined && { refreshToken }),
    ...(idToken !== undefined && { idToken }),
    ...(code !== undefined && { code: code.toLowerCase() }),
  }
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
