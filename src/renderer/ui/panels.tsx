import { Component, type ErrorInfo, type ReactNode } from 'react'
import { Group, type Layout, Separator } from 'react-resizable-panels'
import { Button } from './button.tsx'
import styles from './panels.module.css'

export { Panel, usePanelRef } from 'react-resizable-panels'

export interface PanelsProps {
  readonly id: string
  readonly orientation: 'horizontal' | 'vertical'
  /** The last sizes in percent, by the panels' ids. */
  readonly layout: Layout | undefined
  /** Called when the user has resized the panels. */
  readonly onLayoutChanged: (layout: Layout) => void
  readonly children: ReactNode
}

/** Panels side by side that the user resizes with the pointer or, on a divider, with the arrow keys. */
export function Panels({ id, orientation, layout, onLayoutChanged, children }: PanelsProps) {
  return (
    <Group
      id={id}
      orientation={orientation}
      defaultLayout={layout}
      onLayoutChanged={(changed, { isUserInteraction, requestedLayout }) => {
        if (isUserInteraction) onLayoutChanged(requestedLayout ?? changed)
      }}
    >
      {children}
    </Group>
  )
}

/** @param label Names what it resizes. It is a title: dividers stand between landmarks, where a label counts as content. */
export function PanelDivider({ label }: { readonly label: string }) {
  return <Separator title={label} className={styles['divider'] ?? ''} />
}

interface PanelHeaderProps {
  readonly title: string
  readonly id?: string
  /** Small buttons at the end of the line. */
  readonly children?: ReactNode
}

/** The line with a panel's name. */
export function PanelHeader({ title, id, children }: PanelHeaderProps) {
  return (
    <div className={styles['header']}>
      <h2 id={id} className={styles['title']}>
        {title}
      </h2>
      <div className={styles['actions']}>{children}</div>
    </div>
  )
}

interface EmptyStateProps {
  readonly title: string
  /** Says what to do, or what went wrong. */
  readonly detail?: string | undefined
  /** Buttons, usually. */
  readonly children?: ReactNode
}

/** The content of an empty panel. */
export function EmptyState({ title, detail, children }: EmptyStateProps) {
  return (
    <div className={styles['empty']}>
      <p className={styles['emptyTitle']}>{title}</p>
      {detail !== undefined && <p className={styles['detail']}>{detail}</p>}
      {children !== undefined && <div className={styles['emptyActions']}>{children}</div>}
    </div>
  )
}

interface Props {
  /** The panel's name as shown to the user. */
  readonly panel: string
  readonly children: ReactNode
}

interface State {
  readonly error: Error | undefined
}

/** Limits a rendering error to one panel. */
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
