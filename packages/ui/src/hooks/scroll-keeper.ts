import { Store } from '../connection/store.ts'

/** This near to the end counts as there: half a line. */
const NEAR_PX = 16
/** A scroll this long after a turn of the wheel, or a key, may still be its doing: scrolling is smooth. */
const HAND_MS = 600

/** Keeps a scrolling view at its end while its reader is there, and leaves it alone elsewhere. */
export class ScrollKeeper {
  readonly atEnd: Store<boolean>
  private scroller: HTMLElement | undefined
  private lastTop = 0
  private lastHeight = 0
  /** When the reader's hand was last on the view, as `performance.now` counts. */
  private lastHand = -Infinity

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
    const { signal } = leaving
    scroller.addEventListener('scroll', () => this.scrolled(), { passive: true, signal })
    const hand = (): void => {
      this.lastHand = performance.now()
    }
    for (const name of ['wheel', 'touchmove', 'pointerdown'])
      scroller.addEventListener(name, hand, { passive: true, signal })
    document.addEventListener('keydown', hand, { signal })
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
    this.lastHeight = scroller.scrollHeight
  }

  private scrolled(): void {
    const { scroller } = this
    if (!scroller || scroller.clientHeight === 0) return
    const { scrollTop, scrollHeight, clientHeight } = scroller
    // A list that measures what it draws moves the view as well, together with its height.
    const byReader = scrollHeight === this.lastHeight || performance.now() - this.lastHand < HAND_MS
    if (scrollHeight - scrollTop - clientHeight <= NEAR_PX) this.atEnd.write(true)
    // Growth alone also widens the distance to the end; only a step back is the reader's.
    else if (scrollTop < this.lastTop && byReader) this.atEnd.write(false)
    this.settle()
  }
}
