import { Box, Folder, Layers, Lock, type LucideIcon, MemoryStick, Split } from 'lucide-react'
import styles from './stack-overview.module.css'

const ICONS: Readonly<Record<string, LucideIcon>> = {
  tiered: Layers,
  sharded: Split,
  memory: MemoryStick,
  fs: Folder,
  readOnly: Lock,
}

export function NodeIcon({ kind }: { readonly kind: string }) {
  const Icon = ICONS[kind] ?? Box
  return <Icon size={16} aria-hidden className={styles['icon'] ?? ''} />
}
