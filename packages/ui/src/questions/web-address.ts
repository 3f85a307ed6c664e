/** The address when it is one of the web; undefined for anything else that a link could do. */
export function webAddress(url: string): URL | undefined {
  if (!URL.canParse(url)) return undefined
  const address = new URL(url)
  // A name and a password before the host make an address look like another one.
  const plain = address.username === '' && address.password === ''
  return plain && (address.protocol === 'https:' || address.protocol === 'http:') ? address : undefined
}
