import { Server } from 'lucide-react'
import { useCallback, useEffect, useRef, useState } from 'react'
import { isAddress, splitAddress } from '../../../shared/address.ts'
import type { Recognised, Source } from '../../../shared/procedures/sessions.ts'
import type { KindInfo } from '../../../shared/procedures/stacks.ts'
import type { Recent } from '../../../shared/procedures/workspace.ts'
import type { Client } from '../../api/client.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../ui/dialog.tsx'
import { CompletionField } from '../../ui/fields/completion-field.tsx'
import { ConnectForm } from './connect-form.tsx'
import { EngineCards } from './engine-cards.tsx'
import { isCompleteAddress, masked, unmasked, withoutPassword } from './masked-address.ts'
import styles from './open-dialog.module.css'
import { useAnswer } from './use-answer.ts'

export interface OpenDialogProps {
  readonly client: Client
  readonly recents: readonly Recent[]
  /** The initial text of the field, such as a pasted address. */
  readonly initial?: string | undefined
  /** Advice, if the dialog opened by itself. */
  readonly note?: string | undefined
  /** Opens a stack; rejects with the problem. */
  readonly onOpen: (source: Source) => Promise<void>
  readonly onOpenFolder: () => void
  readonly onOpenStackFile: () => void
  readonly onNewStack: () => void
  /** Opens the editor on a document, for options that the form does not have. */
  readonly onEdit: (document: Record<string, unknown>) => void
  readonly onClose: () => void
}

/** Asks what to open: an address, a path, an engine, or a recent stack. */
export function OpenDialog(props: OpenDialogProps) {
  const { client, onOpen, onClose } = props
  const kinds = useEngines(client)
  const [text, setText] = useState(props.initial ?? '')
  const [connecting, setConnecting] = useState<{ readonly kind: KindInfo; readonly address: string }>()
  const [problem, setProblem] = useState<string>()
  const latest = useRef(text)
  const identifyTyped = useCallback(
    (typed: string, signal?: AbortSignal) => identify(typed, client, signal),
    [client],
  )
  // A password stays in this window until it is stored as a secret.
  const found = useAnswer(isCompleteAddress(text) ? withoutPassword(text) : '', identifyTyped)
  const named = found.state === 'answered' ? found.value : undefined

  function change(next: string): void {
    latest.current = next
    setText(next)
  }

  /**
   * Handles Enter. If it is unknown yet what the text names, continues once it is known, unless another text was typed.
   */
  async function submit(): Promise<void> {
    if (!isCompleteAddress(text)) return
    try {
      const answer = await identifyTyped(withoutPassword(text))
      if (latest.current === text) proceed(answer)
    } catch (error) {
      if (latest.current === text) setProblem(error instanceof Error ? error.message : String(error))
    }
  }

  async function open(source: Source): Promise<void> {
    try {
      await onOpen(source)
      onClose()
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    }
  }

  function proceed({ engine, source }: Named): void {
    if (engine?.protocols !== undefined && isAddress(text.trim()))
      setConnecting({ kind: engine, address: text })
    else void open(source)
  }

  function start(kind: KindInfo): void {
    const [protocol] = kind.protocols ?? []
    if (protocol === undefined) change(`${kind.kind}:`)
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
      {props.note !== undefined && (
        <p className={styles['note']} role="status">
          {props.note}
        </p>
      )}
      <CompletionField
        label="Address or path"
        listLabel="Found"
        value={hasPassword ? masked(text) : text}
        onChange={typed => {
          setProblem(undefined)
          change(unmasked(typed, text))
        }}
        items={
          named === undefined
            ? []
            : [{ id: 'found', label: named.title, icon: <Server size={14} aria-hidden />, named }]
        }
        isFirstActive
        onChoose={item => proceed(item.named)}
        onSubmit={() => void submit()}
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
          <EngineCards
            kinds={kinds}
            onChoose={start}
            onOpenFolder={() => leave(onClose, props.onOpenFolder)}
            onNewStack={() => leave(onClose, props.onNewStack)}
          />
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
          isDisabled={named === undefined}
          onPress={() => named !== undefined && proceed(named)}
        >
          Continue
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

const MAX_RECENTS = 8

function leave(close: () => void, then: () => void): void {
  close()
  then()
}

/** The recognised source, and the engine that opens it. */
interface Named extends Recognised {
  readonly engine: KindInfo | undefined
}

async function identify(text: string, client: Client, signal?: AbortSignal): Promise<Named> {
  const options = signal && { signal }
  const [recognised, engines] = await Promise.all([
    client.call('sessions.recognise', { text }, options),
    loadEngines(client, options),
  ])
  return { ...recognised, engine: engines.find(({ kind }) => kind === recognised.kind) }
}

/** The kinds that open a folder, a file or a server. */
async function loadEngines(
  client: Client,
  options?: { readonly signal: AbortSignal },
): Promise<readonly KindInfo[]> {
  const { kinds } = await client.call('stacks.kinds', {}, options)
  return kinds.filter(({ protocols, isPlace }) => protocols !== undefined || isPlace === true)
}

function useEngines(client: Client): readonly KindInfo[] {
  const [kinds, setKinds] = useState<readonly KindInfo[]>([])
  useEffect(() => {
    const controller = new AbortController()
    loadEngines(client, { signal: controller.signal }).then(
      setKinds,
      // Addresses and paths can still be typed.
      () => undefined,
    )
    return () => controller.abort()
  }, [client])
  return kinds
}
