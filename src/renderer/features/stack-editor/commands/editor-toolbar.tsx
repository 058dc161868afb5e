import { FolderOpen, Redo2, Save, SaveAll, Undo2 } from 'lucide-react'
import { useRef } from 'react'
import { Button, IconButton, type IconButtonProps, Toolbar } from '../../../ui/button.tsx'
import { formatShortcut, isMacPlatform } from '../../../ui/shortcut.tsx'
import { printJson } from '../json/edit-json.ts'
import { memberOf, stringOf } from '../json/json-tree.ts'
import { changeName, leaveField } from '../state/edit-actions.ts'
import { useEditor, useEditorState, useFocusRequest, useProblems } from '../state/editor-context.ts'
import type { EditorCommand, EditorCommands } from './commands.ts'
import styles from './editor-toolbar.module.css'

/** The name of the stack, and buttons for the commands of the document. */
export function EditorToolbar({ commands }: { readonly commands: EditorCommands }) {
  const busy = useEditorState(state => state.busy)
  const isApplying = busy === 'plan' || busy === 'apply'
  const asks = useEditorState(state => state.session !== undefined)
  const { apply, revert, undo, redo, load, save, saveAs } = commands
  return (
    <div className={styles['bar']}>
      <NameInput />
      <Toolbar label="Stack document">
        {/* While a change is made it can have the keyboard, which returns here from the plan. */}
        <Button
          variant="primary"
          isDisabled={!apply.isEnabled && !isApplying}
          aria-disabled={isApplying}
          onPress={apply.run}
        >
          <span>
            {busy === 'apply' ? 'Applying…' : apply.label}
            {asks && busy !== 'apply' && <span aria-hidden>…</span>}
          </span>
        </Button>
        <Button isDisabled={!revert.isEnabled} onPress={revert.run}>
          {revert.label}
        </Button>
        <span className={styles['gap']} />
        <CommandButton command={undo} icon={Undo2} />
        <CommandButton command={redo} icon={Redo2} />
        <span className={styles['gap']} />
        <CommandButton command={load} icon={FolderOpen} />
        <CommandButton command={save} icon={Save} />
        <CommandButton command={saveAs} icon={SaveAll} />
      </Toolbar>
    </div>
  )
}

function NameInput() {
  const { store } = useEditor()
  const input = useRef<HTMLInputElement>(null)
  const name = useEditorState(({ draft }) => stringOf(memberOf(draft.valid?.root, 'name')?.value))
  const isBroken = useEditorState(
    ({ draft }) => draft.error !== undefined || draft.valid?.root.type !== 'object',
  )
  const problem = useProblems().find(({ node, field }) => node === undefined && field === 'name')
  useFocusRequest(request => {
    if (request.to === 'name') input.current?.focus()
    return request.to === 'name'
  })
  return (
    <input
      ref={input}
      className={styles['name']}
      aria-label="Stack name"
      aria-invalid={problem !== undefined}
      title={problem?.message}
      placeholder="Stack name"
      value={name ?? ''}
      disabled={isBroken}
      spellCheck={false}
      autoComplete="off"
      onBlur={() => leaveField(store)}
      onChange={event => changeName(store, printJson(event.target.value))}
    />
  )
}

interface CommandButtonProps {
  readonly command: EditorCommand
  readonly icon: IconButtonProps['icon']
}

function CommandButton({ command, icon }: CommandButtonProps) {
  const [shortcut] = command.shortcuts
  return (
    <IconButton
      label={command.label}
      icon={icon}
      shortcut={shortcut && formatShortcut(shortcut, isMacPlatform())}
      isDisabled={!command.isEnabled}
      onPress={command.run}
    />
  )
}
