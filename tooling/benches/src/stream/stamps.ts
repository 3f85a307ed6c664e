/** Microseconds on a clock that all processes of a machine share. */
export function nowMicros(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000)
}

/** The piece of text that says when it was sent. */
export function stamp(): string {
  return `@${nowMicros()} `
}

/** Collects how long ago each stamp in a text was made, in milliseconds. A stamp that is cut in two counts with its end. */
export class StampReader {
  readonly lags: number[] = []
  private rest = ''

  read(text: string): void {
    const now = nowMicros()
    const whole = this.rest + text
    const end = whole.lastIndexOf(' ') + 1
    this.rest = whole.slice(end)
    for (const [, sent] of whole.slice(0, end).matchAll(/@(\d+) /g))
      this.lags.push((now - Number(sent)) / 1000)
  }
}
