import { useState } from 'react'
import { Panels, type PanelsProps } from '../../ui/panels.tsx'

const layouts = new Map<string, NonNullable<PanelsProps['layout']>>()

/** Panels that come back as they were left, as long as the window is open. */
export function RememberedPanels(props: Omit<PanelsProps, 'layout' | 'onLayoutChanged'>) {
  const [layout] = useState(() => layouts.get(props.id))
  return <Panels {...props} layout={layout} onLayoutChanged={changed => layouts.set(props.id, changed)} />
}
