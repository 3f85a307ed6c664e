/**
 * The refresh token of an OAuth refresh request, as JSON or as a form; `undefined` for anything else. Never throws, and
 * takes whatever else the request says.
 */
export function parseTokenRequest(contentType: string | undefined, body: string): string | undefined {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase()
  if (type === 'application/json') return fromJson(body)
  if (type === 'application/x-www-form-urlencoded') return fromForm(body)
  return undefined
}

function fromJson(body: string): string | undefined {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return undefined
  }
  if (typeof json !== 'object' || json === null) return undefined
  const { grant_type: grantType, refresh_token: token } = json as Readonly<Record<string, unknown>>
  return grantType === 'refresh_token' && typeof token === 'string' ? token : undefined
}

function fromForm(body: string): string | undefined {
  const form = new URLSearchParams(body)
  const [tokens, grantTypes] = [form.getAll('refresh_token'), form.getAll('grant_type')]
  if (tokens.length !== 1 || grantTypes.length !== 1 || grantTypes[0] !== 'refresh_token') return undefined
  return tokens[0]
}
