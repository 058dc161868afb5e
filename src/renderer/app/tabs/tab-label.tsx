import { FileText, Folder, Layers, X } from 'lucide-react'
import { type Tab, tabTitle } from './tab.ts'
import styles from './tab-strip.module.css'

const ICONS = { key: FileText, branch: Folder, stack: Layers }

export function TabLabel({ tab, onClose }: { readonly tab: Tab; readonly onClose: () => void }) {
  const Icon = ICONS[tab.kind]
  return (
    <>
      <Icon size={13} aria-hidden className={styles['icon'] ?? ''} />
      <span className={`${styles['title']} ${tab.isPreview ? styles['preview'] : ''}`}>{tabTitle(tab)}</span>
      {tab.isDirty && <span className={styles['dirty']} aria-hidden />}
      <span
        aria-hidden
        title="Close"
        className={styles['close']}
        // Not to activate the tab on the way.
        onMouseDown={event => event.stopPropagation()}
        onDoubleClick={event => event.stopPropagation()}
        onClick={onClose}
      >
        <X size={13} />
      </span>
    </>
  )
}
