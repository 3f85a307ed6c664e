/** @throws RangeError unless a terminal can be that large */
export function assertSize(size: { readonly columns: number; readonly rows: number }): void {
  for (const [name, value] of Object.entries({ columns: size.columns, rows: size.rows })) {
    if (!Number.isInteger(value) || value < 1 || value > 65_535) {
      throw new RangeError(`expected ${name} to be a whole number from 1 to 65535, got ${String(value)}`)
    }
  }
}
