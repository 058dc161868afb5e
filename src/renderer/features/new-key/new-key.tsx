import { useState } from 'react'
import { Key } from '../../../core/key.ts'
import { CallError, type Client } from '../../api/client.ts'
import { useKeyCompletion } from '../../api/key-completion.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/fields/text-field.tsx'
import { KeyField } from '../../ui/keys/key-field.tsx'
import { Kbd } from '../../ui/shortcut.tsx'
import styles from './new-key.module.css'

export interface NewKeyProps {
  readonly client: Client
  readonly session: string
  /** The initial text of the field "Key": a key, or a level that ends with `/`. */
  readonly initial: string
  /** The key was put; `entry` takes that back. */
  readonly onCreated: (key: string, entry: number | undefined) => void
  readonly onOpen: (key: string) => void
  readonly onClose: () => void
}

/** Puts a new key. An existing one is replaced only on request. */
export function NewKey({ client, session, initial, onCreated, onOpen, onClose }: NewKeyProps) {
  const [text, setText] = useState(initial)
  const [value, setValue] = useState('')
  const [existing, setExisting] = useState<string>()
  const [problem, setProblem] = useState<string>()
  const [isBusy, setBusy] = useState(false)
  const { completion } = useKeyCompletion(client, session, text, 50)

  const canPut = !isBusy && existing === undefined

  function change(next: string): void {
    // No key has an empty segment: a whole key was typed behind the level that stood there.
    setText(next.slice(next.lastIndexOf('//') + 1))
    setExisting(undefined)
    setProblem(undefined)
  }

  async function put(replace: boolean): Promise<void> {
    setBusy(true)
    setProblem(undefined)
    try {
      const key = Key.parse(text)
      if (key.isRoot || text.endsWith('/')) {
        setProblem('Type the name of the key.')
        return
      }
      const { entry } = await client.call('store.put', {
        session,
        key: key.toString(),
        bytes: new TextEncoder().encode(value),
        replace,
      })
      onClose()
      onCreated(key.toString(), entry)
    } catch (error) {
      if (error instanceof CallError && error.code === 'ALREADY_EXISTS')
        setExisting(Key.parse(text).toString())
      else setProblem(error instanceof Error ? error.message : String(error))
    } finally {
      setBusy(false)
    }
  }

  return (
    <Dialog title="New key" onClose={onClose} width="medium">
      <KeyField
        label="Key"
        value={text}
        onChange={change}
        completion={completion}
        onChoose={(key, row) => change(row.isBranch ? `${key}/` : key)}
        onSubmit={() => void put(false)}
        error={problem}
        rows={5}
      />
      <div
        onKeyDown={event => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
          event.preventDefault()
          if (canPut) void put(false)
        }}
      >
        <TextField label="Value" value={value} onChange={setValue} rows={6} isMonospace />
      </div>
      {existing !== undefined && (
        <div className={styles['exists']} role="alert">
          <p>
            There is a value at <code>{existing}</code> already.
          </p>
          <Button
            variant="quiet"
            onPress={() => {
              onClose()
              onOpen(existing)
            }}
          >
            Open it
          </Button>
          <Button variant="danger" onPress={() => void put(true)}>
            Replace its value
          </Button>
        </div>
      )}
      <DialogButtons>
        <Button onPress={onClose}>Cancel</Button>
        <Button variant="primary" isDisabled={!canPut} onPress={() => void put(false)}>
          Put <Kbd>Ctrl+Enter</Kbd>
        </Button>
      </DialogButtons>
    </Dialog>
  )
}
