import { ChevronDown } from 'lucide-react'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { Recent } from '../../../shared/procedures/workspace.ts'
import { Button } from '../../ui/button.tsx'
import { MenuButton, type MenuEntry } from '../../ui/menu.tsx'
import { StackIcon, type StackLine, sourceText, stackLines } from './stack-line.tsx'
import styles from './stack-switcher.module.css'

export interface StackSwitcherProps {
  readonly sessions: readonly SessionInfo[]
  readonly recents: readonly Recent[]
  readonly current: SessionInfo | undefined
  /** Further actions on stacks: "Open folder…" and others. */
  readonly actions: readonly MenuEntry[]
  readonly onChoose: (line: StackLine) => void
  readonly onAction: (id: string) => void
}

/** The stack that is shown, and a menu of the others. */
export function StackSwitcher({
  sessions,
  recents,
  current,
  actions,
  onChoose,
  onAction,
}: StackSwitcherProps) {
  const lines = stackLines(sessions, recents)
  const name = current?.name ?? 'Open a stack'
  return (
    <MenuButton
      label="Stacks"
      groups={[
        { id: 'open', title: 'Open', entries: lines.filter(line => line.isOpen).map(entry) },
        { id: 'recent', title: 'Recent', entries: lines.filter(line => !line.isOpen).map(entry) },
        { id: 'actions', entries: actions },
      ]}
      onChoose={id => {
        const line = lines.find(other => `stack:${other.id}` === id)
        if (line === undefined) onAction(id)
        else onChoose(line)
      }}
    >
      <Button variant="quiet" aria-label={`Stack switcher: ${name}`}>
        {current !== undefined && <StackIcon source={current.source} />}
        <span className={styles['name']}>{name}</span>
        <ChevronDown size={14} aria-hidden />
      </Button>
    </MenuButton>
  )
}

function entry(line: StackLine): MenuEntry {
  return {
    id: `stack:${line.id}`,
    label: line.name,
    detail: `${line.environment === 'development' ? '' : `${line.environment} · `}${sourceText(line.source)}`,
    icon: <StackIcon source={line.source} />,
  }
}
