import {
  Archive,
  Box,
  Bug,
  CaseLower,
  CircleOff,
  Database,
  Folder,
  FolderInput,
  FolderTree,
  Gauge,
  HardDrive,
  History,
  Layers,
  Link,
  ListTree,
  Lock,
  type LucideIcon,
  MemoryStick,
  RotateCw,
  Server,
  Split,
  Timer,
  Zap,
} from 'lucide-react'
import styles from './kind-icon.module.css'

/** What a node is for; nodes of one group have one colour. */
type Group = 'store' | 'composition' | 'wrapper' | 'fault'

const ICONS: Readonly<Record<string, readonly [LucideIcon, Group]>> = {
  memory: [MemoryStick, 'store'],
  fs: [Folder, 'store'],
  leveldb: [HardDrive, 'store'],
  lmdb: [HardDrive, 'store'],
  sqlite: [Database, 'store'],
  redis: [Server, 'store'],
  null: [CircleOff, 'store'],
  tiered: [Layers, 'composition'],
  cache: [Zap, 'composition'],
  sharded: [Split, 'composition'],
  mount: [FolderTree, 'composition'],
  namespace: [FolderInput, 'composition'],
  symlink: [Link, 'composition'],
  'directory-tree': [ListTree, 'composition'],
  'nested-path': [ListTree, 'wrapper'],
  lowercase: [CaseLower, 'wrapper'],
  'read-only': [Lock, 'wrapper'],
  retry: [RotateCw, 'wrapper'],
  timeout: [Timer, 'wrapper'],
  'rate-limit': [Gauge, 'wrapper'],
  compressed: [Archive, 'wrapper'],
  journal: [History, 'wrapper'],
  fault: [Bug, 'fault'],
}

interface KindIconProps {
  /** The name of the kind in documents. One that is not known is shown as a box. */
  readonly kind: string
  readonly size?: number
}

/** The icon of a kind of node. It stands beside the name of the node, so it has none of its own. */
export function KindIcon({ kind, size = 16 }: KindIconProps) {
  const [Icon, group] = ICONS[kind] ?? [Box, 'store']
  return <Icon size={size} aria-hidden data-kind={kind} className={`${styles['icon']} ${styles[group]}`} />
}
