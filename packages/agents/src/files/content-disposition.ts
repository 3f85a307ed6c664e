/**
 * The header that makes a browser save a file under its name, whatever that holds: a name for old browsers in ASCII, and
 * the real one.
 * @see https://www.rfc-editor.org/rfc/rfc6266
 */
export function renderContentDisposition(name: string): string {
  const clean = name.replace(/[\p{Cc}\p{Surrogate}]/gu, '_')
  const ascii = clean.replace(/[^\x20-\x7e]/g, '_').replace(/["\\%]/g, '_')
  const encoded = encodeURIComponent(clean).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`
}
