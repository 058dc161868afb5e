import { History, Save } from 'lucide-react'
import { useState } from 'react'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import { sourceName, type TextStorage } from '../../api/host-storage.ts'
import { Button } from '../../ui/button.tsx'
import { MenuButton } from '../../ui/menu.tsx'
import styles from './query-tab.module.css'
import { forgetQuery, keptQueries, queryLine, saveQuery } from './saved-queries.ts'

export interface KeptQueriesProps {
  readonly storage: TextStorage
  readonly session: SessionInfo
  readonly text: string
  readonly name: string | undefined
  readonly onChange: (query: { readonly text: string; readonly name?: string | undefined }) => void
}

/** The queries that were saved and run, and the way to save this one. */
export function KeptQueries({ storage, session, text, name, onChange }: KeptQueriesProps) {
  const source = sourceName(session.source)
  const [isNaming, setNaming] = useState(false)
  const [typed, setTyped] = useState('')
  const [kept, setKept] = useState(() => keptQueries(storage, source))
  const refresh = () => setKept(keptQueries(storage, source))
  const { saved, recent } = kept
  const save = () => {
    const wanted = typed.trim()
    if (wanted === '') return
    saveQuery(storage, source, { name: wanted, text })
    setNaming(false)
    refresh()
    onChange({ text, name: wanted })
  }
  if (isNaming) {
    return (
      <form
        className={styles['naming']}
        onSubmit={event => {
          event.preventDefault()
          save()
        }}
      >
        <input
          aria-label="Name of the query"
          className={styles['input']}
          value={typed}
          // biome-ignore lint/a11y/noAutofocus: the field was asked for
          autoFocus
          onChange={({ target }) => setTyped(target.value)}
          onKeyDown={event => {
            if (event.key === 'Escape') setNaming(false)
          }}
        />
        <Button type="submit" isDisabled={typed.trim() === ''}>
          Save
        </Button>
      </form>
    )
  }
  return (
    <>
      <MenuButton
        label="Queries"
        groups={[
          {
            id: 'saved',
            title: 'Saved',
            entries: saved.map((query, index) => ({ id: `saved ${index}`, label: query.name })),
          },
          {
            id: 'recent',
            title: 'Run lately',
            entries: recent.map((query, index) => ({ id: `recent ${index}`, label: queryLine(query) })),
          },
          {
            id: 'remove',
            entries:
              name !== undefined && saved.some(query => query.name === name)
                ? [{ id: 'forget', label: `Delete "${name}"`, isDangerous: true }]
                : [],
          },
        ]}
        onChoose={id => {
          const [sort, index] = id.split(' ')
          const query = saved[Number(index)]
          const lately = recent[Number(index)]
          if (sort === 'recent' && lately !== undefined) onChange({ text: lately, name: undefined })
          else if (sort === 'saved' && query !== undefined) onChange(query)
          else if (sort === 'forget' && name !== undefined) {
            forgetQuery(storage, source, name)
            onChange({ text, name: undefined })
          }
          refresh()
        }}
      >
        <Button variant="quiet" onPress={refresh}>
          <History size={14} aria-hidden /> Queries
        </Button>
      </MenuButton>
      <Button
        variant="quiet"
        onPress={() => {
          setTyped(name ?? '')
          setNaming(true)
        }}
      >
        <Save size={14} aria-hidden /> Save query…
      </Button>
    </>
  )
}
