import { Store } from '../connection/store.ts'
import { isStepBack } from './is-step-back.ts'

/** This near to the end counts as there: half a line. */
const NEAR_PX = 16
/** A scroll this long after a turn of the wheel, or a key, may still be its doing: scrolling is smooth. */
const HAND_MS = 600
const BACK_KEYS: readonly string[] = ['ArrowUp', 'PageUp', 'Home']

/**
 * Keeps a scrolling view at its end while its reader is there, and leaves it alone elsewhere.
 *
 * The reader leaves by any step back, however small, and is at the end again when they come near it. What is not by
 * their hand, as a list that measures what it draws, or content that becomes shorter, makes them leave only when the
 * view moves back and nothing else has changed.
 */
export class ScrollKeeper {
  readonly atEnd: Store<boolean>
  private scroller: HTMLElement | undefined
  private lastTop = 0
  /** The farthest that the view could be scrolled. */
  private lastEnd = 0
  /** When the reader's hand was last on the view, as `performance.now` counts. */
  private lastHand = -Infinity
  /** When the reader, by whose hand nothing came since, asked for the end. */
  private lastWish = -Infinity
  /** Where the view is to stand, by what is measured so far. */
  private aim: (() => number) | undefined

  /** `atEnd`: where the view stands first. */
  constructor(atEnd = true) {
    this.atEnd = new Store(atEnd)
  }

  /**
   * Takes charge of `scroller`, whose height follows `content`. A list that changes the height of the content while sizes
   * are observed calls `measured` then: this observer hears of it a frame later. @returns the way to let go
   */
  attach(scroller: HTMLElement, content: HTMLElement): () => void {
    this.scroller = scroller
    this.settle()
    const sizes = new ResizeObserver(this.settle)
    sizes.observe(content)
    sizes.observe(scroller)
    const leaving = new AbortController()
    const listen = { passive: true, signal: leaving.signal }
    const hand = (): void => {
      this.lastHand = performance.now()
      this.lastWish = -Infinity
      this.aim = undefined
    }
    scroller.addEventListener('scroll', (event) => event.isTrusted && this.scrolled(), listen)
    for (const name of ['touchmove', 'pointerdown']) scroller.addEventListener(name, hand, listen)
    scroller.addEventListener(
      'wheel',
      (event) => {
        hand()
        if (isStepBack(event)) this.goesBack(event.target)
      },
      listen,
    )
    document.addEventListener(
      'keydown',
      (event) => {
        // Without a focus a key scrolls what was clicked last.
        if (event.target === document.body || isWithin(scroller, event.target)) hand()
      },
      { ...listen, capture: true },
    )
    scroller.addEventListener('keydown', (event) => this.pressed(event), { signal: leaving.signal })
    return () => {
      sizes.disconnect()
      leaving.abort()
      this.scroller = undefined
    }
  }

  /** Goes to the end and stays there. */
  readonly toEnd = (): void => {
    this.aim = undefined
    this.lastHand = -Infinity
    this.lastWish = performance.now()
    this.atEnd.write(true)
    this.measured()
  }

  /**
   * Goes to the place that `aim` tells, in CSS pixels from the top of the content, and stays there until the view is
   * scrolled: it is asked again whenever something was measured.
   */
  goTo(aim: () => number): void {
    this.aim = aim
    this.atEnd.write(false)
    this.settle()
  }

  /**
   * Stays where it is, whatever grows: the reader looks at something here. A list that measures what it draws, and was
   * scrolled forward last, keeps the end of a row that grows in its place; so it is told of a step back, by the least
   * that there is, and of what came before it.
   */
  readonly hold = (): void => {
    const { scroller } = this
    if (!scroller || !this.atEnd.read()) return
    scroller.dispatchEvent(new Event('scroll'))
    scroller.scrollTop -= 1
    scroller.dispatchEvent(new Event('scroll'))
    this.atEnd.write(false)
  }

  /** After the content may have grown: follows the end when that is where the reader is. */
  readonly settle = (): void => {
    const { scroller } = this
    // What does not show has no place.
    if (!scroller || scroller.clientHeight === 0) return
    if (this.aim) scroller.scrollTop = this.aim()
    else if (this.atEnd.read()) scroller.scrollTop = scroller.scrollHeight
    this.lastTop = scroller.scrollTop
    this.lastEnd = scroller.scrollHeight - scroller.clientHeight
  }

  /**
   * For a list that draws only what is seen, when it has measured: settles, and lets it know at once where the view is
   * now. After a growth by more than what it draws in reserve it would otherwise lack the end for a frame.
   */
  readonly measured = (): void => {
    this.settle()
    const { scroller } = this
    if (scroller && scroller.clientHeight > 0 && (this.aim || this.atEnd.read()))
      scroller.dispatchEvent(new Event('scroll'))
  }

  private pressed(event: KeyboardEvent): void {
    const { key, target, altKey, metaKey, shiftKey, defaultPrevented } = event
    if (defaultPrevented || altKey || metaKey || shiftKey || isField(target)) return
    if (BACK_KEYS.includes(key)) this.goesBack(target)
    if (key !== 'End') return
    // The browser would go to where the end is now, at its leisure, while it goes further.
    event.preventDefault()
    this.toEnd()
  }

  /** What scrolls smoothly has hardly moved when the next growth comes: the wish is enough to leave the end. */
  private goesBack(target: EventTarget | null): void {
    const { scroller } = this
    if (scroller && scroller.scrollTop > 0 && !takesScroll(target, scroller)) this.hold()
  }

  private scrolled(): void {
    const { scroller } = this
    if (!scroller || scroller.clientHeight === 0) return
    const { scrollTop } = scroller
    const end = scroller.scrollHeight - scroller.clientHeight
    if (this.aim && Math.abs(scrollTop - Math.max(0, Math.min(this.aim(), end))) <= 2) return
    // Somebody else has scrolled: a search, or a focus that moved.
    this.aim = undefined
    const back = scrollTop < this.lastTop
    const now = performance.now()
    const byHand = now - this.lastHand < HAND_MS
    // A smooth scroll that was under way may go on for a while; it was the wish before.
    const stale = back && now - this.lastWish < HAND_MS
    // Where content has gone the browser itself steps back, to the end.
    if (back && byHand && end >= this.lastEnd) this.hold()
    else if (end - scrollTop <= NEAR_PX) this.atEnd.write(true)
    // Growth alone also widens the distance to the end; only a step back is the reader's.
    else if (back && !stale && (byHand || end === this.lastEnd)) this.hold()
    this.settle()
  }
}

function isWithin(scroller: HTMLElement, target: EventTarget | null): boolean {
  return target instanceof Node && scroller.contains(target)
}

function isField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null
}

/** A box inside of `scroller` can still go back, and goes first. */
function takesScroll(target: EventTarget | null, scroller: HTMLElement): boolean {
  for (let box = target instanceof Element ? target : null; box && box !== scroller; box = box.parentElement)
    if (box.scrollTop > 0) return true
  return false
}
