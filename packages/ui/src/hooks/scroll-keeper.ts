import { Store } from '../connection/store.ts'

/** This near to the end counts as there: half a line. */
const NEAR_PX = 16

/** Keeps a scrolling view at its end while its reader is there, and leaves it alone elsewhere. */
export class ScrollKeeper {
  readonly atEnd: Store<boolean>
  private scroller: HTMLElement | undefined
  private lastTop = 0

  /** `atEnd`: where the view stands first. */
  constructor(atEnd = true) {
    this.atEnd = new Store(atEnd)
  }

  /** Takes charge of `scroller`, whose height follows `content`. @returns the way to let go */
  attach(scroller: HTMLElement, content: HTMLElement): () => void {
    this.scroller = scroller
    this.settle()
    const sizes = new ResizeObserver(() => this.settle())
    sizes.observe(content)
    sizes.observe(scroller)
    const leaving = new AbortController()
    scroller.addEventListener('scroll', () => this.scrolled(), { passive: true, signal: leaving.signal })
    return () => {
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

  /** Stays where it is, whatever grows: the reader looks at something here. */
  readonly release = (): void => {
    this.atEnd.write(false)
  }

  /** After the content may have grown: follows the end when that is where the reader is. */
  settle(): void {
    const { scroller } = this
    // What does not show has no place.
    if (!scroller || scroller.clientHeight === 0) return
    if (this.atEnd.read()) scroller.scrollTop = scroller.scrollHeight
    this.lastTop = scroller.scrollTop
  }

  private scrolled(): void {
    const { scroller } = this
    if (!scroller || scroller.clientHeight === 0) return
    const top = scroller.scrollTop
    if (scroller.scrollHeight - top - scroller.clientHeight <= NEAR_PX) this.atEnd.write(true)
    // Growth alone also widens the distance to the end; only a step back is the reader's.
    else if (top < this.lastTop) this.atEnd.write(false)
    this.lastTop = top
  }
}
