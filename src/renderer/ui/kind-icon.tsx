import {
  BookMarked,
  Box,
  Braces,
  Brackets,
  Bug,
  CaseLower,
  ChartBarStacked,
  CircleOff,
  Cloud,
  Cog,
  Cpu,
  Database,
  DatabaseZap,
  FileArchive,
  Folder,
  FolderSymlink,
  Gauge,
  GitBranch,
  History,
  Layers,
  Link,
  ListTree,
  Lock,
  type LucideIcon,
  MemoryStick,
  Repeat,
  Split,
  Table2,
  Timer,
  Zap,
} from 'lucide-react'
import styles from './kind-icon.module.css'

/** The purpose of a node. Nodes of one group have the same colour. */
type Group = 'store' | 'composition' | 'wrapper' | 'fault' | 'engine'

const ICONS: Readonly<Record<string, readonly [LucideIcon, Group]>> = {
  memory: [MemoryStick, 'store'],
  fs: [Folder, 'store'],
  null: [CircleOff, 'store'],
  leveldb: [ChartBarStacked, 'engine'],
  lmdb: [BookMarked, 'engine'],
  sqlite: [Table2, 'engine'],
  git: [GitBranch, 'engine'],
  redis: [DatabaseZap, 'engine'],
  postgres: [Database, 'engine'],
  mysql: [Database, 'engine'],
  mongodb: [Braces, 'engine'],
  etcd: [Cog, 'engine'],
  s3: [Cloud, 'engine'],
  memcached: [Cpu, 'engine'],
  tiered: [Layers, 'composition'],
  sharded: [Split, 'composition'],
  mount: [FolderSymlink, 'composition'],
  symlink: [Link, 'composition'],
  'directory-tree': [ListTree, 'composition'],
  cache: [Zap, 'wrapper'],
  namespace: [Brackets, 'wrapper'],
  'nested-path': [ListTree, 'wrapper'],
  lowercase: [CaseLower, 'wrapper'],
  'read-only': [Lock, 'wrapper'],
  retry: [Repeat, 'wrapper'],
  timeout: [Timer, 'wrapper'],
  'rate-limit': [Gauge, 'wrapper'],
  compressed: [FileArchive, 'wrapper'],
  journal: [History, 'wrapper'],
  fault: [Bug, 'fault'],
}

interface KindIconProps {
  /** The name of the kind in documents. An unknown kind is shown as a box. */
  readonly kind: string
  readonly size?: number
  /** Whether it stands on a fill of its colour. */
  readonly isFilled?: boolean
}

/** The icon of a kind of node. It has no accessible name, because it is shown next to the name of the node. */
export function KindIcon({ kind, size = 16, isFilled = false }: KindIconProps) {
  const [Icon, group] = ICONS[kind] ?? [Box, 'store']
  const icon = (
    <Icon size={size} aria-hidden data-kind={kind} className={`${styles['icon']} ${styles[group]}`} />
  )
  return isFilled ? <span className={`${styles['fill']} ${styles[`${group}Fill`]}`}>{icon}</span> : icon
}
