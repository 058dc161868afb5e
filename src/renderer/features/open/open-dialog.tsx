import { Database, Folder, HardDrive, Server } from 'lucide-react'
import { useCallback, useEffect, useState } from 'react'
import { isAddress, splitAddress } from '../../../shared/address.ts'
import type { Recognised, Source } from '../../../shared/procedures/sessions.ts'
import type { KindInfo } from '../../../shared/procedures/stacks.ts'
import type { Recent } from '../../../shared/procedures/workspace.ts'
import type { Client } from '../../api/client.ts'
import { Button } from '../../ui/button.tsx'
import { CompletionField } from '../../ui/completion-field.tsx'
import { Dialog, DialogButtons } from '../../ui/dialog.tsx'
import { ConnectForm } from './connect-form.tsx'
import styles from './open-dialog.module.css'
import { useAnswer } from './use-answer.ts'

export interface OpenDialogProps {
  readonly client: Client
  readonly recents: readonly Recent[]
  /** What the field begins with, as a pasted address. */
  readonly initial?: string | undefined
  /** Opens a stack; rejects with what is wrong. */
  readonly onOpen: (source: Source) => Promise<void>
  readonly onOpenFolder: () => void
  readonly onOpenStackFile: () => void
  readonly onNewStack: () => void
  /** Opens the editor on a document, for options that the form has not. */
  readonly onEdit: (document: Record<string, unknown>) => void
  readonly onClose: () => void
}

/** Asks what to open: an address, a path, an engine, or something opened before. */
export function OpenDialog(props: OpenDialogProps) {
  const { client, onOpen, onClose } = props
  const kinds = useEngines(client)
  const [text, setText] = useState(props.initial ?? '')
  const [connecting, setConnecting] = useState<{ readonly kind: KindInfo; readonly address: string }>()
  const [problem, setProblem] = useState<string>()
  const recognise = useCallback(
    (typed: string, signal: AbortSignal) => client.call('sessions.recognise', { text: typed }, { signal }),
    [client],
  )
  // A password stays in this window until it is kept as a secret.
  const found = useAnswer(isWorthAsking(text) ? withoutPassword(text) : '', recognise)
  const recognised = found.state === 'answered' ? found.value : undefined

  async function open(source: Source): Promise<void> {
    try {
      await onOpen(source)
      onClose()
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    }
  }

  function goOn({ kind: name, source }: Recognised): void {
    const kind = kinds.find(one => one.kind === name)
    if (kind?.protocols !== undefined && isAddress(text.trim())) setConnecting({ kind, address: text })
    else void open(source)
  }

  function start(kind: KindInfo): void {
    const [protocol] = kind.protocols ?? []
    if (protocol === undefined) setText(`${kind.kind}:`)
    else setConnecting({ kind, address: `${protocol}://localhost` })
  }

  if (connecting !== undefined) {
    return (
      <ConnectForm
        {...connecting}
        client={client}
        onOpen={async document => {
          await onOpen({ type: 'document', document })
          onClose()
        }}
        onEdit={document => {
          onClose()
          props.onEdit(document)
        }}
        onBack={() => setConnecting(undefined)}
        onClose={onClose}
      />
    )
  }
  const hasPassword = splitAddress(text).password !== undefined
  return (
    <Dialog title="Open" onClose={onClose} width="large">
      <CompletionField
        label="Address or path"
        listLabel="Found"
        value={hasPassword ? masked(text) : text}
        onChange={typed => {
          setProblem(undefined)
          setText(unmasked(typed, text))
        }}
        items={
          recognised === undefined
            ? []
            : [{ id: 'found', label: recognised.title, icon: <Server size={14} aria-hidden />, recognised }]
        }
        isFirstActive
        onChoose={item => goOn(item.recognised)}
        isMonospace
        autoFocus
        placeholder="redis://user@host/0, sqlite:~/notes.db, ~/folder"
        error={problem ?? (found.state === 'failed' ? found.message : undefined)}
        emptyText={
          found.state === 'asking' ? 'Looking…' : 'Paste an address, or type the path of a folder or file.'
        }
        rows={1}
      />
      {hasPassword && (
        <p className={styles['note']} role="status">
          The password is kept as a secret, and never stands in the stack.
        </p>
      )}
      <div className={styles['choices']}>
        <section aria-labelledby="open-engines" className={styles['engines']}>
          <h3 id="open-engines" className={styles['heading']}>
            Engines
          </h3>
          <ul className={styles['cards']}>
            {kinds.map(kind => (
              <li key={kind.kind}>
                <button type="button" className={styles['card']} onClick={() => start(kind)}>
                  {kind.protocols === undefined ? (
                    <HardDrive size={16} aria-hidden />
                  ) : (
                    <Server size={16} aria-hidden />
                  )}
                  <span>
                    <span className={styles['label']}>{kind.label}</span>
                    <span className={styles['detail']}>
                      {kind.protocols === undefined ? 'folder or file' : 'server'}
                    </span>
                  </span>
                </button>
              </li>
            ))}
            <li>
              <button
                type="button"
                className={styles['card']}
                onClick={() => leave(onClose, props.onOpenFolder)}
              >
                <Folder size={16} aria-hidden />
                <span>
                  <span className={styles['label']}>Folder</span>
                  <span className={styles['detail']}>files as keys</span>
                </span>
              </button>
            </li>
            <li>
              <button
                type="button"
                className={styles['card']}
                onClick={() => leave(onClose, props.onNewStack)}
              >
                <Database size={16} aria-hidden />
                <span>
                  <span className={styles['label']}>New stack</span>
                  <span className={styles['detail']}>tiers, shards, mounts</span>
                </span>
              </button>
            </li>
          </ul>
        </section>
        <section aria-labelledby="open-lately" className={styles['lately']}>
          <h3 id="open-lately" className={styles['heading']}>
            Opened lately
          </h3>
          {props.recents.length === 0 && <p className={styles['detail']}>Nothing yet.</p>}
          <ul>
            {props.recents.slice(0, MAX_RECENTS).map(({ id, name, source }) => (
              <li key={id}>
                <button type="button" className={styles['recent']} onClick={() => void open(source)}>
                  {name}
                </button>
              </li>
            ))}
          </ul>
        </section>
      </div>
      <DialogButtons>
        <Button onPress={() => leave(onClose, props.onOpenStackFile)}>Stack file…</Button>
        <Button onPress={onClose}>Cancel</Button>
        <Button
          variant="primary"
          isDisabled={recognised === undefined}
          onPress={() => recognised !== undefined && goOn(recognised)}
        >
          Continue
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

const MAX_RECENTS = 8
const MASK = '••••••'

function leave(close: () => void, then: () => void): void {
  close()
  then()
}

/** Half an address, and a kind without a path, name nothing yet. */
function isWorthAsking(text: string): boolean {
  const typed = text.trim()
  return typed !== '' && !/^[a-z0-9+.-]+:(?:\/\/)?$/i.test(typed)
}

function withoutPassword(text: string): string {
  const { address, user } = splitAddress(text.trim())
  return user === undefined ? address : address.replace('://', `://${encodeURIComponent(user)}@`)
}

/** The address with dots for its password. */
function masked(text: string): string {
  const { address, user = '' } = splitAddress(text)
  return address.replace('://', `://${user}:${MASK}@`)
}

/** What was typed, with the password again where it is still masked. */
function unmasked(typed: string, before: string): string {
  const { password } = splitAddress(before)
  return password === undefined ? typed : typed.replace(MASK, encodeURIComponent(password))
}

/** The kinds that open a place or a server by themselves. */
function useEngines(client: Client): readonly KindInfo[] {
  const [kinds, setKinds] = useState<readonly KindInfo[]>([])
  useEffect(() => {
    const controller = new AbortController()
    client.call('stacks.kinds', {}, { signal: controller.signal }).then(
      answer =>
        setKinds(
          answer.kinds.filter(({ protocols, isPlace }) => protocols !== undefined || isPlace === true),
        ),
      // Addresses and paths can be typed all the same.
      () => undefined,
    )
    return () => controller.abort()
  }, [client])
  return kinds
}
