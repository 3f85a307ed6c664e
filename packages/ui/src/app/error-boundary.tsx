import { Component } from 'react'
import type { ReactNode } from 'react'

interface Props {
  readonly what: string
  readonly children: ReactNode
}

/** Keeps what can't be drawn from taking the page with it. */
export class ErrorBoundary extends Component<Props, { readonly reason: string | undefined }> {
  override readonly state: { readonly reason: string | undefined } = { reason: undefined }

  static getDerivedStateFromError(error: unknown): { readonly reason: string } {
    return { reason: error instanceof Error ? error.message : String(error) }
  }

  override render(): ReactNode {
    const { reason } = this.state
    if (reason === undefined) return this.props.children
    return (
      <p className="x-faint">
        {this.props.what} can’t be shown: {reason}
      </p>
    )
  }
}
