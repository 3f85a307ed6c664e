interface MarkdownNode {
  type: string
  value?: string
  children?: MarkdownNode[]
}

/** A remark plugin: HTML that stands alone becomes a paragraph of its own letters, like any other block. */
export function inertHtml(): (root: MarkdownNode) => void {
  return (root) => {
    root.children = (root.children ?? []).map((node) =>
      node.type === 'html'
        ? { type: 'paragraph', children: [{ type: 'text', value: node.value ?? '' }] }
        : node,
    )
  }
}
