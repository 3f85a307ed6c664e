const DEFINITION = /^ {0,3}\[([^\]^][^\]]*)\]:[ \t]*\S+.*$/gm

/**
 * The lines that define links for other blocks (`[name]: address`), to be rendered with the blocks that use them.
 * Blocks render alone, so a name would else not be found.
 */
export function linkDefinitions(text: string): string {
  if (!text.includes(']:')) return ''
  return [...text.matchAll(DEFINITION)].map(([line]) => line.trim()).join('\n')
}

/** The block with the definitions that it may need. */
export function withDefinitions(block: string, definitions: string): string {
  return definitions === '' || !/\[[^\]]+\]/.test(block) ? block : `${block}\n\n${definitions}`
}
