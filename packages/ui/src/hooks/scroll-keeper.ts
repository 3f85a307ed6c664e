import { Store } from '../connection/store.ts'
import { remember, remembered } from './page-storage.ts'

/** This near to the end counts as there: half a line. */
const NEAR_PX = 16

/**
 * Keeps a scrolling view where its reader is: at the end while they are there, else where they have stopped, over a
 * reload too.
 */
export class ScrollKeeper {
  readonly atEnd = new Store(true)
  private readonly name: string | undefined
  private scroller: HTMLElement | undefined
  private lastTop = 0

  /** `name`: where the place is remembered in this tab; without one it isn't. */
  constructor(name?: string) {
    this.name = name
  }

  /** Takes charge of `scroller`, whose height follows `content`. @returns the way to let go */
  attach(scroller: HTMLElement, content: HTMLElement): () => void {
    this.scroller = scroller
    this.restore()
    const sizes = new ResizeObserver(() => this.settle())
    sizes.observe(content)
    sizes.observe(scroller)
    const leaving = new AbortController()
    scroller.addEventListener('scroll', () => this.scrolled(), { passive: true, signal: leaving.signal })
    window.addEventListener('pagehide', () => this.save(), { signal: leaving.signal })
    return () => {
      this.save()
      sizes.disconnect()
      leaving.abort()
      this.scroller = undefined
    }
  }

  /** Goes to the end and stays there. */
  readonly toEnd = (): void => {
    this.atEnd.write(true)
    this.settle()
  }

  private scrolled(): void {
    const scroller = this.scroller
    if (!scroller) return
    const top = scroller.scrollTop
    if (scroller.scrollHeight - top - scroller.clientHeight <= NEAR_PX) this.atEnd.write(true)
    // Growth alone also widens the distance to the end; only a step back is the reader's.
    else if (top < this.lastTop) this.atEnd.write(false)
    this.lastTop = top
  }

  private settle(): void {
    const scroller = this.scroller
    if (!scroller || !this.atEnd.read()) return
    scroller.scrollTop = scroller.scrollHeight
    this.lastTop = scroller.scrollTop
  }

  private save(): void {
    if (this.name === undefined || !this.scroller) return
    const top = this.scroller.getBoundingClientRect().top
    const items = this.scroller.querySelectorAll<HTMLElement>('[data-item-id]')
    const first = [...items].find((item) => item.getBoundingClientRect().bottom > top)
    const place =
      this.atEnd.read() || !first
        ? undefined
        : `${Math.round(first.getBoundingClientRect().top - top)} ${first.dataset['itemId'] ?? ''}`
    remember(this.name, place, 'tab')
  }

  private restore(): void {
    const place = this.name === undefined ? undefined : remembered(this.name, 'tab')
    const [, offset, id] = /^(-?\d+) (.+)$/s.exec(place ?? '') ?? []
    const item = id === undefined ? null : this.scroller?.querySelector(`[data-item-id="${CSS.escape(id)}"]`)
    if (!item || !this.scroller) {
      this.toEnd()
      return
    }
    this.atEnd.write(false)
    const distance = item.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top
    this.scroller.scrollTop += distance - Number(offset)
    this.lastTop = this.scroller.scrollTop
  }
}
