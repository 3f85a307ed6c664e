/** The newest heading of a reasoning text (a bold line), else its first line. */
export function reasoningTitle(text: string): string {
  const headings = [...text.matchAll(/^\s*\*\*([^*\n]+)\*\*\s*$/gm)]
  const first = text.split('\n').find((line) => line.trim() !== '')
  return (headings.at(-1)?.[1] ?? first ?? '').replace(/[*_`#]/g, '').trim()
}
