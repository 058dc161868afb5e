import { useEffect, useRef, useState } from 'react'
import type { Template } from '../../../shared/procedures/stacks.ts'
import { type Client, isAbortedCall } from '../../api/client.ts'
import { printJson } from './json/edit-json.ts'
import { parseJson } from './json/json-tree.ts'
import type { Kinds } from './model/stack-node.ts'
import styles from './start.module.css'

interface TemplateListProps {
  readonly templates: readonly Template[]
  readonly onChoose: (document: Template['document']) => void
}

const EMPTY: Template = {
  id: 'empty',
  label: 'Empty stack',
  help: 'Start with one node and choose its kind.',
  document: { strata: 1, name: 'New stack', root: {} },
}

/** The templates for a new stack. */
export function TemplateList({ templates, onChoose }: TemplateListProps) {
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => list.current?.querySelector('button')?.focus(), [])
  return (
    <section className={styles['start']} aria-label="New stack">
      <h2 className={styles['title']}>New stack</h2>
      <p className={styles['help']}>Choose a template. Everything can be changed before it is applied.</p>
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

interface Start {
  readonly kinds: Kinds
  readonly templates: readonly Template[]
}

/** Loads the kinds of nodes and the templates. */
export async function loadStart(client: Client, signal: AbortSignal): Promise<Start> {
  const [{ kinds }, { templates }] = await Promise.all([
    client.call('stacks.kinds', {}, { signal }),
    client.call('stacks.templates', {}, { signal }),
  ])
  return { kinds: new Map(kinds.map(info => [info.kind, info])), templates }
}

type Loaded<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: T }
  | { readonly state: 'failed'; readonly message: string; readonly retry: () => void }

/** Loads something once, and again on `retry` after a failure. @param load Must be a stable function. */
export function useLoaded<T>(load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: 'loading' })
  const [attempt, setAttempt] = useState(0)
  useEffect(() => {
    const controller = new AbortController()
    load(controller.signal)
      .then(value => setLoaded({ state: 'ready', value }))
      .catch((error: unknown) => {
        if (controller.signal.aborted || isAbortedCall(error)) return
        const retry = () => {
          setLoaded({ state: 'loading' })
          setAttempt(attempt + 1)
        }
        setLoaded({ state: 'failed', message: error instanceof Error ? error.message : String(error), retry })
      })
    return () => controller.abort()
  }, [load, attempt])
  return loaded
}

/** Whether a text is empty or an unchanged template. */
export function isUntouched(text: string, templates: readonly Template[]): boolean {
  if (text.trim() === '') return true
  try {
    parseJson(text)
  } catch {
    // Invalid JSON is the user's own text.
    return false
  }
  const document = printJson(JSON.parse(text))
  return document === '{}' || templates.some(template => printJson(template.document) === document)
}
