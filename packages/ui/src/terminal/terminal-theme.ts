import type { ITheme } from '@xterm/xterm'

const COLOURS = [
  'black',
  'red',
  'green',
  'yellow',
  'blue',
  'magenta',
  'cyan',
  'white',
  'brightBlack',
  'brightRed',
  'brightGreen',
  'brightYellow',
  'brightBlue',
  'brightMagenta',
  'brightCyan',
  'brightWhite',
] as const

/** The colours of the page as they are now, for a terminal in `element`. */
export function readTheme(element: HTMLElement): ITheme {
  const probe = element.ownerDocument.createElement('span')
  element.append(probe)
  const resolve = (name: string): string => {
    probe.style.color = `var(${name})`
    return getComputedStyle(probe).color
  }
  const theme: ITheme = {
    background: resolve('--x-bg'),
    foreground: resolve('--x-text'),
    cursor: resolve('--x-text'),
    cursorAccent: resolve('--x-bg'),
    selectionBackground: resolve('--x-selection'),
    scrollbarSliderBackground: resolve('--x-border'),
    scrollbarSliderHoverBackground: resolve('--x-border-strong'),
    scrollbarSliderActiveBackground: resolve('--x-border-strong'),
    ...Object.fromEntries(COLOURS.map((name, at) => [name, resolve(`--x-ansi-${at}`)])),
  }
  probe.remove()
  return theme
}

/** Calls `listener` when the page may have other colours. @returns the way to stop it */
export function onThemeChange(listener: () => void): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  dark.addEventListener('change', listener)
  const chosen = new MutationObserver(listener)
  chosen.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  return () => {
    dark.removeEventListener('change', listener)
    chosen.disconnect()
  }
}
