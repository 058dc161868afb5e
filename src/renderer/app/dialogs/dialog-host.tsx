import { GoToKey } from '../../features/go-to-key/go-to-key.tsx'
import { ManyDialog } from '../../features/many/many-dialog.tsx'
import { NewKey } from '../../features/new-key/new-key.tsx'
import { OpenDialog } from '../../features/open/open-dialog.tsx'
import { Palette } from '../../features/palette/palette.tsx'
import { PathDialog } from '../../features/path-dialog/path-dialog.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog, DialogButtons } from '../../ui/dialog.tsx'
import { ErrorBoundary } from '../../ui/panels.tsx'
import { shortcutText } from '../../ui/shortcut.tsx'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import { attempt } from '../actions/failures.ts'
import { valuePut } from '../actions/key-actions.ts'
import { runOnKeys } from '../actions/many-actions.ts'
import {
  editDocument,
  newStack,
  openFolder,
  openOrCorrect,
  openStackFile,
} from '../actions/session-actions.ts'
import { goToKey, openQuery } from '../actions/tab-commands.ts'
import { type Command, shownShortcut } from '../commands/command.ts'
import { canWriteTo, type Services, useServices, useSessions, useWorkspace } from '../services.ts'
import { recentKeys } from '../state/recent-keys.ts'
import { ConfirmDialog } from './confirm-dialog.tsx'
import { DeleteDialog } from './delete-dialog.tsx'
import {
  closeDialog,
  type OpenDialog as OpenRequest,
  openDialog,
  type Question,
  useDialogs,
} from './dialog-store.ts'
import styles from './dialogs.module.css'
import { RenameDialog } from './rename-dialog.tsx'

interface DialogHostProps {
  readonly commands: readonly Command[]
}

/** The open dialogs. */
export function DialogHost({ commands }: DialogHostProps) {
  const dialogs = useDialogs(state => state.dialogs)
  return dialogs.map(dialog => (
    <ErrorBoundary key={dialog.id} panel="The dialog">
      <AnyDialog dialog={dialog} commands={commands} />
    </ErrorBoundary>
  ))
}

function AnyDialog({ dialog, commands }: DialogHostProps & { readonly dialog: OpenRequest }) {
  const services = useServices()
  const sessions = useSessions()
  const { client, hello } = services
  const close = (): void => closeDialog(dialog.id)
  switch (dialog.type) {
    case 'palette':
      return (
        <Palette
          commands={commands.map(command => ({
            ...command,
            shortcut: shortcutText(shownShortcut(command, hello.shell)),
          }))}
          onRun={id => commands.find(command => command.id === id)?.run()}
          onClose={close}
        />
      )
    case 'open':
      return <AnyOpenDialog initial={dialog.initial} note={dialog.note} onClose={close} />
    case 'goToKey':
      return (
        <GoToKey
          client={client}
          session={dialog.session}
          canWrite={canWriteTo(sessions.find(({ id }) => id === dialog.session))}
          recent={recentKeysOf(services, dialog.session)}
          onOpen={(key, as, { isPreview }) => goToKey(services, dialog.session, key, { as, isPreview })}
          onNewKey={initial => openDialog({ type: 'newKey', session: dialog.session, initial })}
          onQuery={query => openQuery(dialog.session, query)}
          onCommands={() => openDialog({ type: 'palette' })}
          onClose={close}
        />
      )
    case 'newKey':
      return (
        <NewKey
          client={client}
          session={dialog.session}
          initial={dialog.initial}
          onCreated={(key, entry) => {
            goToKey(services, dialog.session, key, { as: 'key' })
            valuePut(services, dialog.session, key, entry)
          }}
          onOpen={key => goToKey(services, dialog.session, key, { as: 'key' })}
          onClose={close}
        />
      )
    case 'delete':
      return <DeleteDialog services={services} target={dialog} onClose={close} />
    case 'rename':
      return <RenameDialog services={services} target={dialog} onClose={close} />
    case 'many': {
      const { session, action, isAsking } = dialog
      const nameOf = (id: string) => sessions.find(one => one.id === id)?.name ?? ''
      return (
        <ManyDialog
          jobs={services.state.jobs}
          session={session}
          action={action}
          from={nameOf(session)}
          to={nameOf(action.type === 'transfer' ? action.to.session : session)}
          isAsking={isAsking}
          onRun={(chosen, conflicts, { keys }) => runOnKeys(services, session, chosen, conflicts, keys)}
          onClose={close}
        />
      )
    }
    case 'confirm':
      return (
        <ConfirmDialog
          act={dialog.act}
          onAnswer={isConfirmed => {
            close()
            dialog.answer(isConfirmed)
          }}
        />
      )
    case 'question':
      return (
        <QuestionDialog
          question={dialog.question}
          onAnswer={id => {
            close()
            dialog.answer(id)
          }}
        />
      )
    case 'path':
      return (
        <PathDialog
          client={client}
          purpose={dialog.request}
          home={hello.home}
          onAnswer={path => {
            close()
            dialog.answer(path)
          }}
        />
      )
  }
}

function AnyOpenDialog({
  initial,
  note,
  onClose,
}: {
  readonly initial: string | undefined
  readonly note: string | undefined
  readonly onClose: () => void
}) {
  const services = useServices()
  const { recents } = useWorkspace()
  return (
    <OpenDialog
      client={services.client}
      recents={recents}
      initial={initial}
      note={note}
      onOpen={source => openOrCorrect(services, source)}
      onOpenFolder={() => attempt(() => openFolder(services))}
      onOpenStackFile={() => attempt(() => openStackFile(services))}
      onNewStack={() => attempt(() => newStack(services))}
      onEdit={editDocument}
      onClose={onClose}
    />
  )
}

function recentKeysOf({ state, storage }: Services, session: string): readonly string[] {
  const source = state.sessions.get()?.find(({ id }) => id === session)?.source
  return source === undefined ? [] : recentKeys(storage, source)
}

interface QuestionDialogProps {
  readonly question: Question
  readonly onAnswer: (id: string | undefined) => void
}

function QuestionDialog({ question, onAnswer }: QuestionDialogProps) {
  const { title, message, list = [], buttons } = question
  return (
    <Dialog title={title} role="alertdialog" onClose={() => onAnswer(undefined)}>
      <p>
        <VisibleText text={message} />
      </p>
      {list.length > 0 && (
        <ul className={styles['list']}>
          {list.map(line => (
            <li key={line}>
              <VisibleText text={line} />
            </li>
          ))}
        </ul>
      )}
      <DialogButtons>
        {buttons.map(({ id, label, variant = 'plain' }) => (
          <Button key={id} variant={variant} autoFocus={variant === 'primary'} onPress={() => onAnswer(id)}>
            {label}
          </Button>
        ))}
      </DialogButtons>
    </Dialog>
  )
}
