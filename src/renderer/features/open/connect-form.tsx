import { ArrowLeft } from 'lucide-react'
import { type SyntheticEvent, useEffect, useId, useState } from 'react'
import type { SecretsState } from '../../../shared/procedures/secrets.ts'
import type { ConnectionReportInfo } from '../../../shared/procedures/sessions.ts'
import type { KindInfo } from '../../../shared/procedures/stacks.ts'
import type { Client } from '../../api/client.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../ui/dialog.tsx'
import { TextField } from '../../ui/fields/text-field.tsx'
import {
  type ConnectDraft,
  connectDraft,
  documentOf,
  hasOption,
  isEncryptedAddress,
  withAddress,
  withPassword,
} from './connect-draft.ts'
import { TEXT_OPTIONS, wordsOf } from './connect-fields.ts'
import styles from './connect-form.module.css'
import { ConnectionResult } from './connection-result.tsx'
import { SecretFields } from './secret-fields.tsx'

interface ConnectFormProps {
  readonly client: Client
  readonly kind: KindInfo
  /** May contain user and password. */
  readonly address: string
  /** Rejects with the problem. */
  readonly onOpen: (document: Record<string, unknown>) => Promise<void>
  readonly onEdit: (document: Record<string, unknown>) => void
  readonly onBack: () => void
  readonly onClose: () => void
}

/** The form for a server: its address, the user, and a connection test. */
export function ConnectForm({ client, kind, address, onOpen, onEdit, onBack, onClose }: ConnectFormProps) {
  const id = useId()
  const [draft, setDraft] = useState<ConnectDraft>(() => connectDraft(address, kind))
  const [passphrase, setPassphrase] = useState('')
  const [work, setWork] = useState<'testing' | 'opening'>()
  const [report, setReport] = useState<ConnectionReportInfo>()
  const [problem, setProblem] = useState<string>()
  const secrets = useSecrets(client)
  const words = wordsOf(kind.kind)

  function change(next: ConnectDraft): void {
    setDraft(next)
    setReport(undefined)
    setProblem(undefined)
  }

  /** Stores a typed password before it is needed. */
  async function keep(): Promise<ConnectDraft> {
    if (draft.password === '') return draft
    await keepPassword(client, draft, passphrase, secrets)
    const kept = { ...draft, password: '' }
    setDraft(kept)
    setPassphrase('')
    return kept
  }

  async function attempt(
    what: 'testing' | 'opening',
    make: (document: Record<string, unknown>) => Promise<void>,
  ) {
    setWork(what)
    setProblem(undefined)
    try {
      await make(documentOf(await keep(), kind))
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error))
    } finally {
      setWork(undefined)
    }
  }

  const test = () =>
    attempt('testing', async document => setReport(await client.call('sessions.test', { document })))
  const open = (event: SyntheticEvent) => {
    event.preventDefault()
    if (work === undefined) void attempt('opening', onOpen)
  }

  return (
    <Dialog title={`Connect to ${kind.label}`} onClose={onClose} width="large">
      <form id={id} onSubmit={open} className={styles['columns']}>
        <div className={styles['fields']}>
          <TextField label="Name" value={draft.name} onChange={name => change({ ...draft, name })} />
          <TextField
            label={words.address}
            value={draft.url}
            onChange={text => change(withAddress(draft, text, kind))}
            isMonospace
            autoFocus
            description={`An address that begins with ${(kind.protocols ?? []).map(one => `${one}://`).join(' or ')}`}
          />
          {hasOption(kind, 'user') && (
            <TextField label={words.user} value={draft.user} onChange={user => change({ ...draft, user })} />
          )}
          {hasOption(kind, 'password') && (
            <SecretFields
              label={words.password}
              draft={draft}
              secrets={secrets}
              passphrase={passphrase}
              onPassphrase={setPassphrase}
              onPassword={password => change(withPassword(draft, password))}
              onChange={part => change({ ...draft, ...part })}
            />
          )}
          {hasOption(kind, 'tls') && !hasOption(kind, 'endpoint') && (
            <label className={styles['check']}>
              <input
                type="checkbox"
                checked={draft.isEncrypted}
                disabled={isEncryptedAddress(draft.url, kind)}
                onChange={({ target }) => change({ ...draft, isEncrypted: target.checked })}
              />
              Encrypt the connection (TLS)
            </label>
          )}
          {TEXT_OPTIONS.filter(({ option }) => hasOption(kind, option)).map(
            ({ option, label, description }) => (
              <TextField
                key={option}
                label={label}
                value={draft.texts[option] ?? ''}
                onChange={text => change({ ...draft, texts: { ...draft.texts, [option]: text } })}
                isMonospace
                description={description}
              />
            ),
          )}
          <label className={styles['check']}>
            <input
              type="checkbox"
              checked={draft.isReadOnly}
              onChange={({ target }) => change({ ...draft, isReadOnly: target.checked })}
            />
            Open read-only
          </label>
        </div>
        <ConnectionResult report={report} isTesting={work === 'testing'} problem={problem} />
      </form>
      <DialogButtons>
        <IconButton label="Back" icon={ArrowLeft} onPress={onBack} />
        <Button onPress={() => void test()} isDisabled={work !== undefined}>
          {report === undefined ? 'Test connection' : 'Test again'}
        </Button>
        <Button onPress={() => onEdit(documentOf(draft, kind))}>More options…</Button>
        <Button onPress={onClose}>Cancel</Button>
        <Button variant="primary" type="submit" form={id} isDisabled={work !== undefined}>
          Open
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

async function keepPassword(
  client: Client,
  { secret: name, password: value, isForRun }: ConnectDraft,
  passphrase: string,
  secrets: SecretsState | undefined,
): Promise<void> {
  if (!isForRun && secrets?.isLocked === true && passphrase !== '') {
    await client.call('secrets.unlock', { passphrase })
  }
  await client.call('secrets.put', { name, value, onlyForRun: isForRun })
}

/** The names of the host's secrets, kept current; `undefined` until they are loaded. */
function useSecrets(client: Client): SecretsState | undefined {
  const [secrets, setSecrets] = useState<SecretsState>()
  useEffect(() => {
    const controller = new AbortController()
    const stop = client.on('secretsChanged', setSecrets)
    client.call('secrets.state', {}, { signal: controller.signal }).then(setSecrets, () => undefined)
    return () => {
      controller.abort()
      stop()
    }
  }, [client])
  return secrets
}
