import type { Terminal } from '@xterm/xterm'

const XHTML = 'http://www.w3.org/1999/xhtml'

/** The part of xterm.js that writes `style` attributes; not public, so a test with the page's policy watches over it. */
interface Internals {
  readonly _core?: {
    readonly _renderService?: {
      readonly _renderer?: { readonly value?: { readonly _rowFactory?: RowFactory } }
    }
  }
}

interface RowFactory {
  _addStyle?: (element: HTMLElement, style: string) => void
}

/**
 * Opens a terminal in `element` under a policy of `style-src 'self'`, without an exception in it. Such a policy allows
 * neither the text of a `<style>` element nor a `style` attribute, but it allows what scripts write into style sheets
 * and into `element.style`. xterm.js uses the former:
 *
 * - for a few rules, in elements that it makes while it opens: each becomes a style sheet of the document;
 * - for colours beyond the palette, in every row that it draws: they go to `element.style`.
 */
export function openStrictly(terminal: Terminal, element: HTMLElement): void {
  const { ownerDocument } = element
  const create = (tag: string): HTMLElement => ownerDocument.createElementNS(XHTML, tag)
  const createStrictly = (tag: string): HTMLElement =>
    tag === 'style' ? createSheetElement(ownerDocument, create) : create(tag)
  Object.defineProperty(ownerDocument, 'createElement', { configurable: true, value: createStrictly })
  try {
    terminal.open(element)
  } finally {
    Reflect.deleteProperty(ownerDocument, 'createElement')
  }
  const rows = (terminal as Internals)._core?._renderService?._renderer?.value?._rowFactory
  if (rows) rows._addStyle = addStyle
}

/** `style` is one declaration, e.g. `color:#aabbcc`. */
function addStyle(span: HTMLElement, style: string): void {
  const colon = style.indexOf(':')
  span.style.setProperty(style.slice(0, colon), style.slice(colon + 1))
}

/** Stands for a `<style>` element: its text is a style sheet of the document as long as it is not removed. */
function createSheetElement(ownerDocument: Document, create: (tag: string) => HTMLElement): HTMLElement {
  const element = create('x-style')
  const sheet = new CSSStyleSheet()
  ownerDocument.adoptedStyleSheets.push(sheet)
  Object.defineProperty(element, 'textContent', { set: (text: string) => sheet.replaceSync(text) })
  element.remove = () => {
    ownerDocument.adoptedStyleSheets = ownerDocument.adoptedStyleSheets.filter((one) => one !== sheet)
    Element.prototype.remove.call(element)
  }
  return element
}
