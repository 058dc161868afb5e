import { Database, Folder, HardDrive, type LucideIcon, Server } from 'lucide-react'
import type { KindInfo } from '../../../shared/procedures/stacks.ts'
import styles from './open-dialog.module.css'

interface EngineCardsProps {
  /** The kinds that open a folder, a file or a server. */
  readonly kinds: readonly KindInfo[]
  readonly onChoose: (kind: KindInfo) => void
  readonly onOpenFolder: () => void
  readonly onNewStack: () => void
}

/** A card for each kind that can be opened. */
export function EngineCards({ kinds, onChoose, onOpenFolder, onNewStack }: EngineCardsProps) {
  return (
    <ul className={styles['cards']}>
      {kinds.map(kind => (
        <Card
          key={kind.kind}
          icon={kind.protocols === undefined ? HardDrive : Server}
          label={kind.label}
          detail={kind.protocols === undefined ? 'folder or file' : 'server'}
          onChoose={() => onChoose(kind)}
        />
      ))}
      <Card icon={Folder} label="Folder" detail="files as keys" onChoose={onOpenFolder} />
      <Card icon={Database} label="New stack" detail="tiers, shards, mounts" onChoose={onNewStack} />
    </ul>
  )
}

interface CardProps {
  readonly icon: LucideIcon
  readonly label: string
  readonly detail: string
  readonly onChoose: () => void
}

function Card({ icon: Icon, label, detail, onChoose }: CardProps) {
  return (
    <li>
      <button type="button" className={styles['card']} onClick={onChoose}>
        <Icon size={16} aria-hidden />
        <span>
          <span className={styles['label']}>{label}</span>
          <span className={styles['detail']}>{detail}</span>
        </span>
      </button>
    </li>
  )
}
