import type { ReactNode } from 'react'
import { Group, type Layout, Separator } from 'react-resizable-panels'
import styles from './panels.module.css'

export { Panel, usePanelRef } from 'react-resizable-panels'

export interface PanelsProps {
  readonly id: string
  readonly orientation: 'horizontal' | 'vertical'
  /** Sizes in percent by the panels' ids, as they were left. */
  readonly layout: Layout | undefined
  /** Called when a person has resized the panels. */
  readonly onLayoutChanged: (layout: Layout) => void
  readonly children: ReactNode
}

/** Panels side by side that a person resizes with the pointer or, on a divider, with the arrow keys. */
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

/** @param label Names what it resizes. */
export function PanelDivider({ label }: { readonly label: string }) {
  return <Separator aria-label={label} className={styles['divider'] ?? ''} />
}
