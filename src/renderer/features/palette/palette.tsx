import { useState } from 'react'
import { create } from 'zustand'
import { Dialog } from '../../ui/dialog.tsx'
import { CompletionField } from '../../ui/fields/completion-field.tsx'
import styles from './palette.module.css'
import { type PaletteCommand, paletteOptions } from './palette-options.ts'

interface PaletteProps {
  readonly commands: readonly PaletteCommand[]
  readonly onRun: (id: string) => void
  readonly onClose: () => void
}

/** Every command by name. */
export function Palette({ commands, onRun, onClose }: PaletteProps) {
  const [query, setQuery] = useState('')
  const recent = usePaletteStore(state => state.recent)
  const options = paletteOptions(commands, query, recent).map(({ command, places }) => ({
    id: command.id,
    label: <MarkedTitle title={command.title} places={places} />,
    detail: command.shortcut,
    isDisabled: !command.isEnabled,
  }))
  return (
    <Dialog title="Command palette" onClose={onClose} place="top" width="medium" isTitleHidden>
      <CompletionField
        label="Command"
        listLabel="Commands"
        value={query}
        onChange={setQuery}
        items={options}
        onChoose={({ id }) => {
          rememberUse(id)
          onClose()
          onRun(id)
        }}
        isFirstActive
        isLabelHidden
        autoFocus
        placeholder="Type a command"
        emptyText="No command matches."
        rows={14}
      />
    </Dialog>
  )
}

function MarkedTitle({ title, places }: { readonly title: string; readonly places: readonly number[] }) {
  const marked = new Set(places)
  return (
    <>
      {Array.from(title, (letter, index) =>
        marked.has(index) ? (
          <b key={index} className={styles['mark']}>
            {letter}
          </b>
        ) : (
          letter
        ),
      )}
    </>
  )
}

/** The maximum number of recently used commands that are kept. */
const MAX_RECENT = 8

/** The commands run from the palette, last one first. */
const usePaletteStore = create<{ readonly recent: readonly string[] }>(() => ({ recent: [] }))

function rememberUse(id: string): void {
  usePaletteStore.setState(({ recent }) => ({
    recent: [id, ...recent.filter(other => other !== id)].slice(0, MAX_RECENT),
  }))
}
