/**
 * Whether a turn of the wheel asks for what is above. With Ctrl it makes all larger; with Shift, and where it goes more to
 * a side than back, as fingers on a touchpad do, it pans what is wide.
 */
export function isStepBack({
  deltaX,
  deltaY,
  ctrlKey,
  shiftKey,
}: Pick<WheelEvent, 'deltaX' | 'deltaY' | 'ctrlKey' | 'shiftKey'>): boolean {
  return deltaY < 0 && -deltaY > Math.abs(deltaX) && !ctrlKey && !shiftKey
}
