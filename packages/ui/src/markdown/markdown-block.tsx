import { memo } from 'react'
import type { ReactNode } from 'react'
import Markdown from 'react-markdown'
import type { Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { inertHtml } from './inert-html.ts'
import { safeUrl } from './safe-url.ts'

const PLUGINS = [remarkGfm, inertHtml]

/** Raw HTML stays text, links open elsewhere, and nothing is loaded because an agent wrote it. */
const COMPONENTS: Components = {
  a: ({ href, children }) => <Link address={href}>{children}</Link>,
  img: ({ src, alt }) => (
    <Link address={typeof src === 'string' ? src : undefined}>{alt ? `Image: ${alt}` : 'Image'}</Link>
  ),
  table: ({ children }) => (
    <div className="x-table">
      <table>{children}</table>
    </div>
  ),
}

function Link({ address, children }: { readonly address: string | undefined; readonly children: ReactNode }) {
  const href = safeUrl(address)
  if (href === undefined) return <span title={address}>{children}</span>
  return (
    <a href={href} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  )
}

/** One block of Markdown. It renders again only when its own text changes. */
export const MarkdownBlock = memo(function MarkdownBlock({ text }: { readonly text: string }) {
  return (
    <div className="x-md-block">
      <Markdown remarkPlugins={PLUGINS} components={COMPONENTS} urlTransform={(address) => address}>
        {text}
      </Markdown>
    </div>
  )
})
