import { Copy } from 'lucide-react'
import type { Client } from '../../api/client.ts'
import { EmptyState } from '../../ui/empty-state.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { PanelHeader } from '../../ui/panel-header.tsx'
import { Facts } from './facts.tsx'
import styles from './inspector.module.css'
import { keyFacts, valueFacts } from './key-facts.ts'
import { useKeyStat } from './use-key-stat.ts'

export interface InspectorProps {
  readonly client: Client
  /** The key it speaks of; absent while nothing is chosen. */
  readonly subject: { readonly session: string; readonly key: string } | undefined
  readonly onCopy: (text: string, what: string) => void
}

/** Everything known about one key without reading its value. */
export function Inspector({ client, subject, onCopy }: InspectorProps) {
  return (
    <>
      <PanelHeader title="Inspector">
        {subject !== undefined && (
          <IconButton label="Copy key" icon={Copy} onPress={() => onCopy(subject.key, 'the key')} />
        )}
      </PanelHeader>
      {subject === undefined ? (
        <EmptyState
          title="No key chosen"
          detail="Choose a key in the tree to see its size, times and etag."
        />
      ) : (
        <KeyDetails client={client} session={subject.session} keyText={subject.key} />
      )}
    </>
  )
}

interface KeyDetailsProps {
  readonly client: Client
  readonly session: string
  readonly keyText: string
}

function KeyDetails({ client, session, keyText }: KeyDetailsProps) {
  const value = useKeyStat(client, session, keyText)
  return (
    <div className={styles['details']}>
      <Facts title="Key" facts={keyFacts(keyText)} />
      {value?.type === 'stat' && <Facts title="Value" facts={valueFacts(value.stat)} />}
      {value?.type === 'absent' && <p className={styles['note']}>No value at this key itself.</p>}
      {value?.type === 'failed' && (
        <p role="alert" className={styles['failed']}>
          {value.message}
        </p>
      )}
    </div>
  )
}
