import { Component, type ErrorInfo, type ReactNode } from 'react'
import { Button } from './button.tsx'
import { EmptyState } from './empty-state.tsx'

interface Props {
  /** The panel's name as a person knows it. */
  readonly panel: string
  readonly children: ReactNode
}

interface State {
  readonly error: Error | undefined
}

/** Keeps a defect in one panel from taking the others along. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: undefined }

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override componentDidCatch(error: unknown, info: ErrorInfo): void {
    console.error(`The panel "${this.props.panel}" failed`, error, info.componentStack)
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === undefined) return this.props.children
    return (
      <EmptyState title={`${this.props.panel} stopped working`} detail={error.message}>
        <Button onPress={() => this.setState({ error: undefined })}>Try again</Button>
      </EmptyState>
    )
  }
}
