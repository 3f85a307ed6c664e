/**
 * The document as xterm.js is given it, so that it needs no exception from the page's policy: `style-src 'self'` allows
 * neither the text of a `<style>` element nor a `style` attribute, but what scripts write into style sheets and into
 * `element.style`, and the library writes the former where the latter would do.
 *
 * - a `<style>` element's text goes into a style sheet of the document instead, and leaves it with the element;
 * - a `span`'s `style` attribute goes into its `style` property.
 */
export function strictDocument(real: Document): Document {
  return new Proxy(real, {
    get(target, name) {
      if (name === 'createElement') return createElementIn(target)
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}

function createElementIn(real: Document): (tag: string) => HTMLElement {
  return (tag) => {
    const element = real.createElement(tag)
    if (element instanceof HTMLStyleElement) redirectText(real, element)
    if (tag === 'span') element.setAttribute = setAttributeByScript
    return element
  }
}

/** One function for all spans: a flood makes thousands of them a second. */
function setAttributeByScript(this: HTMLElement, name: string, value: string): void {
  if (name === 'style') this.style.cssText = value
  else Element.prototype.setAttribute.call(this, name, value)
}

function redirectText(real: Document, element: HTMLStyleElement): void {
  const sheet = new CSSStyleSheet()
  real.adoptedStyleSheets.push(sheet)
  Object.defineProperty(element, 'textContent', {
    configurable: true,
    get: () => '',
    set: (text: string) => sheet.replaceSync(text),
  })
  element.remove = () => {
    real.adoptedStyleSheets = real.adoptedStyleSheets.filter((one) => one !== sheet)
    Element.prototype.remove.call(element)
  }
}
