import { Lock, X } from 'lucide-react'
import { GridList, GridListItem } from 'react-aria-components/GridList'
import { Text } from 'react-aria-components/Text'
import { IconButton } from '../../ui/button.tsx'
import { EnvironmentBadge } from '../../ui/environment-badge.tsx'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import { StackIcon, type StackLine, sourceText, stackHints } from './stack-line.tsx'
import styles from './stack-list.module.css'

export interface StackListProps {
  readonly lines: readonly StackLine[]
  /** The session that is shown. */
  readonly current: string | undefined
  /** An open session was chosen, or a recent stack to open again. */
  readonly onChoose: (line: StackLine) => void
  /** Closes a session, or takes a recent stack off the list. */
  readonly onRemove: (line: StackLine) => void
}

/** Open and recent stacks. */
export function StackList({ lines, current, onChoose, onRemove }: StackListProps) {
  const hints = stackHints(lines)
  return (
    <GridList
      aria-label="Saved stacks"
      className={styles['list'] ?? ''}
      items={lines}
      dependencies={[current, hints]}
      selectionMode="none"
      onAction={id => {
        const line = lines.find(other => other.id === id)
        if (line !== undefined) onChoose(line)
      }}
      renderEmptyState={() => <p className={styles['empty']}>Open a folder or a stack file to begin.</p>}
    >
      {line => (
        <GridListItem
          id={line.id}
          textValue={line.name}
          data-current={line.id === current}
          className={`${styles['line']} ${line.id === current ? styles['current'] : ''} ${line.isOpen ? '' : styles['closed']}`}
        >
          <StackIcon source={line.source} />
          <span className={styles['name']} title={sourceText(line.source)}>
            <VisibleText text={line.name} />
          </span>
          {hints.has(line.id) && <span className={styles['place']}>{hints.get(line.id)}</span>}
          {line.id === current && <span className="visually-hidden">(shown)</span>}
          {line.environment !== 'development' && <EnvironmentBadge environment={line.environment} />}
          {line.isReadOnly && <Lock size={12} aria-label="Read-only" className={styles['lock'] ?? ''} />}
          {!line.isOpen && (
            <Text slot="description" className={styles['recent'] ?? ''}>
              recent
            </Text>
          )}
          <IconButton
            label={line.isOpen ? `Close ${line.name}` : `Forget ${line.name}`}
            icon={X}
            onPress={() => onRemove(line)}
          />
        </GridListItem>
      )}
    </GridList>
  )
}
