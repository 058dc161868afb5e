import { type ReactNode, useEffect } from 'react'
import { Panel, usePanelRef } from '../ui/panels.tsx'
import styles from './window.module.css'

export interface CollapsiblePanelProps {
  readonly id: string
  readonly isOpen: boolean
  /** Called when a person drags it open or shut. */
  readonly onOpenChange: (isOpen: boolean) => void
  /** In pixels. */
  readonly defaultSize: number
  readonly minSize: number
  readonly collapsedSize?: number
  readonly children: ReactNode
}

/** A panel that a command or a drag shuts. */
export function CollapsiblePanel(props: CollapsiblePanelProps) {
  const { id, isOpen, onOpenChange, collapsedSize = 0 } = props
  const ref = usePanelRef()
  useEffect(() => {
    if (isOpen) ref.current?.expand()
    else ref.current?.collapse()
  }, [isOpen, ref])
  return (
    <Panel
      id={id}
      panelRef={ref}
      defaultSize={props.defaultSize}
      minSize={props.minSize}
      collapsedSize={collapsedSize}
      collapsible
      groupResizeBehavior="preserve-pixel-size"
      className={styles['panel']}
      style={{ overflow: 'hidden' }}
      onResize={({ inPixels }, _, before) => {
        if (before === undefined) return
        const isNowOpen = inPixels > collapsedSize + 1
        if (isNowOpen !== isOpen) onOpenChange(isNowOpen)
      }}
    >
      {props.children}
    </Panel>
  )
}
