import fc from 'fast-check'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { MarkdownBlock } from '../../src/markdown/markdown-block.tsx'
import { MarkdownText } from '../../src/markdown/markdown-text.tsx'

function html(text: string): string {
  return bare(renderToStaticMarkup(<MarkdownText text={text} growing={false} />))
}

function wholeHtml(text: string): string {
  return bare(renderToStaticMarkup(<MarkdownBlock text={text} />))
}

/** Without the boxes around blocks, and the line ends between them. */
function bare(markup: string): string {
  return markup.replace(/<\/?div(?: class="x-md(?:-block)?")?>/g, '').replace(/>\s+</g, '><')
}

const PARTS = fc.constantFrom(
  'A paragraph with **bold** and `code`.',
  'Two lines\nof text.',
  '# Heading',
  '- one\n- two',
  '- loose\n\n- list',
  '1. one\n\n   more\n\n   ```ts\n   code\n\n   code\n   ```\n2. two',
  '```sh\na\n\n# b\n\n- c\n```',
  '~~~\n```\n\n~~~',
  '> quote\n> more',
  '| a | b |\n|---|---|\n| 1 | 2 |',
  '---',
  '    indented\n\n    code',
  '- [x] done\n- [ ] open',
  '<div>raw</div>',
  'See [it][ref].',
  '[ref]: https://example.com',
)

describe('MarkdownText', () => {
  test('block by block it looks as it does when parsed as a whole', () => {
    fc.assert(
      fc.property(fc.array(PARTS, { maxLength: 8 }), (parts) => {
        const text = parts.join('\n\n')
        expect(html(text)).toBe(wholeHtml(text))
      }),
      // Each run draws two pages: a hundred of them take longer than a test may on a busy machine.
      { numRuns: 50 },
    )
  })

  test('a link opens elsewhere and tells nothing; one that is not safe is text', () => {
    expect(html('[a](https://example.com)')).toContain(
      '<a href="https://example.com/" target="_blank" rel="noopener noreferrer">a</a>',
    )
    expect(html('[a](javascript:alert(1)) <javascript:alert(1)>')).not.toContain('href')
  })

  test('an image is a link, and raw HTML is text', () => {
    const markup = html('![plan](https://example.com/a.png) <img src=x onerror=alert(1)> <script>x</script>')
    expect(markup).toContain('>Image: plan</a>')
    expect(markup).not.toMatch(/<img|<script/)
    expect(markup).toContain('&lt;script&gt;')
  })

  test('what is still being written looks as if it were whole', () => {
    const markup = renderToStaticMarkup(<MarkdownText text={'Done.\n\nsome **bold '} growing />)
    expect(markup).toContain('<strong>bold</strong>')
  })
})
