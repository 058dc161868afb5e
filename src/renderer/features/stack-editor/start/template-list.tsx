import { useEffect, useRef } from 'react'
import type { Template } from '../../../../shared/procedures/stacks.ts'
import styles from './template-list.module.css'

export interface TemplateListProps {
  readonly templates: readonly Template[]
  readonly onChoose: (document: Template['document']) => void
}

const EMPTY: Template = {
  id: 'empty',
  label: 'Empty stack',
  help: 'Begin with one node, and choose its kind.',
  document: { strata: 1, name: 'New stack', root: {} },
}

/** What a new stack can begin with. */
export function TemplateList({ templates, onChoose }: TemplateListProps) {
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => list.current?.querySelector('button')?.focus(), [])
  return (
    <section className={styles['start']} aria-label="New stack">
      <h2 className={styles['title']}>New stack</h2>
      <p className={styles['help']}>
        Choose what to begin with. Everything can be changed before it is applied.
      </p>
      <ul
        ref={list}
        className={styles['list']}
        aria-label="Templates"
        onKeyDown={event => {
          const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
          if (by === 0) return
          event.preventDefault()
          const buttons = [...event.currentTarget.querySelectorAll('button')]
          const index = buttons.findIndex(button => button === document.activeElement)
          buttons.at((index + by) % buttons.length)?.focus()
        }}
      >
        {[...templates, EMPTY].map(({ id, label, help, document }) => (
          <li key={id}>
            <button
              type="button"
              className={styles['template']}
              aria-describedby={`template-${id}`}
              onClick={() => onChoose(document)}
            >
              <span className={styles['label']}>{label}</span>
              <span id={`template-${id}`} className={styles['help']}>
                {help}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
