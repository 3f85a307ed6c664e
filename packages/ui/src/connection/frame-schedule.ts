/** Hidden pages get no frames; what arrives must not pile up there until somebody looks. */
const HIDDEN_MS = 250

/** Runs something once before the next paint, or soon when nothing is painted. */
export type FrameSchedule = (run: () => void) => void

export const browserFrames: FrameSchedule = (run) => {
  let ran = false
  const once = (): void => {
    if (ran) return
    ran = true
    cancelAnimationFrame(frame)
    clearTimeout(timer)
    run()
  }
  const frame = requestAnimationFrame(once)
  const timer = setTimeout(once, HIDDEN_MS)
}
