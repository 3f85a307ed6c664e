/** How many lines were added and removed. */
export function DiffCounts({ added, removed }: { readonly added: number; readonly removed: number }) {
  return (
    <span className="x-row-side x-figure">
      <span className="x-added">+{added}</span> <span className="x-removed">−{removed}</span>
    </span>
  )
}
