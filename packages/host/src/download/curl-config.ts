import type { Ask } from './judge-response.ts'

/** Connecting takes no longer than this, in seconds, however long nothing may come later. */
const CONNECT_SECONDS = 30

/** What curl reads from its standard input, so that nothing of it stands in the process table. */
export function renderCurlConfig({ source, start, validator, idleTimeoutMs }: Ask): readonly string[] {
  const idle = Math.ceil(idleTimeoutMs / 1_000)
  return [
    `url = ${quote(source.url.href)}`,
    ...Object.entries(rangeHeaders(start, validator)).map(renderHeader),
    ...Object.entries(source.headers).map(renderHeader),
    `connect-timeout = ${Math.min(CONNECT_SECONDS, idle)}`,
    'speed-limit = 1',
    `speed-time = ${idle}`,
  ]
}

/** Asks for what is behind the bytes that are there, if it is still the same. */
export function rangeHeaders(start: number, validator: string): Readonly<Record<string, string>> {
  if (start === 0) return {}
  return { range: `bytes=${start}-`, ...(validator === '' ? {} : { 'if-range': validator }) }
}

/** Nothing behind the colon would take the header out. */
function renderHeader([name, value]: readonly [string, string]): string {
  return `header = ${quote(value === '' ? `${name};` : `${name}: ${value}`)}`
}

function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replaceAll('\t', '\\t')}"`
}
