import { createContext, useContext } from 'react'
import type { CustomContainerComponentProps, CustomItemComponentProps } from 'virtua'

/** How many rows there are, drawn or not. */
export const RowCount = createContext(0)

/** The list of rows, to those who walk it by ear: it says how long it is, however little of it is drawn. */
export function RowList({ ref, style, children }: CustomContainerComponentProps) {
  return (
    <ol ref={ref} style={style} role="list" className="x-rows">
      {children}
    </ol>
  )
}

export function RowItem({ ref, style, index, children }: CustomItemComponentProps) {
  const count = useContext(RowCount)
  return (
    <li ref={ref} style={style} aria-posinset={index + 1} aria-setsize={count}>
      {children}
    </li>
  )
}
