import { useState } from 'react'
import type { Client } from '../../api/client.ts'
import { findKey, useKeyCompletion } from '../../api/key-completion.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { KeyField } from '../../ui/key-field.tsx'
import styles from './go-to-key.module.css'

export interface GoToKeyProps {
  readonly client: Client
  readonly session: string
  readonly canWrite: boolean
  readonly onOpen: (key: string, as: 'key' | 'branch') => void
  readonly onNewKey: (key: string) => void
  readonly onClose: () => void
}

/** Names that are offered at once. */
const LIMIT = 100

/** Types a key level by level and opens it, or says that there is none. */
export function GoToKey({ client, session, canWrite, onOpen, onNewKey, onClose }: GoToKeyProps) {
  const [text, setText] = useState('/')
  const [missing, setMissing] = useState<string>()
  const [problem, setProblem] = useState<string>()
  const { completion, error } = useKeyCompletion(client, session, text, LIMIT)

  function change(next: string): void {
    setText(next)
    setMissing(undefined)
    setProblem(undefined)
  }

  function open(key: string, as: 'key' | 'branch'): void {
    onClose()
    onOpen(key, as)
  }

  async function submit(): Promise<void> {
    try {
      const { key, isValue, isBranch } = await findKey(client, session, text)
      const isLevelMeant = text.endsWith('/') && isBranch
      if (isValue && !isLevelMeant) open(key, 'key')
      else if (isBranch) open(key, 'branch')
      else setMissing(key)
    } catch (failure) {
      setProblem(failure instanceof Error ? failure.message : String(failure))
    }
  }

  const more = completion?.hasMore === true ? ` · the first ${LIMIT} names are shown` : ''
  return (
    <Dialog title="Go to key" onClose={onClose} place="top" width="medium" isTitleHidden>
      <KeyField
        label="Key"
        value={text}
        onChange={change}
        completion={completion}
        onChoose={(key, row) => (row.isValue ? open(key, 'key') : change(`${key}/`))}
        onSubmit={() => void submit()}
        error={problem ?? error ?? (missing === undefined ? undefined : `There is no key "${missing}".`)}
        rows={10}
        isLabelHidden
      />
      <div className={styles['foot']}>
        <p className={styles['hint']}>Enter opens · Tab completes · ↓ chooses{more}</p>
        {missing !== undefined && canWrite && (
          <Button
            onPress={() => {
              onClose()
              onNewKey(missing)
            }}
          >
            New key here…
          </Button>
        )}
      </div>
    </Dialog>
  )
}
