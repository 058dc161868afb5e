import { useRef } from 'react'
import { PanelHeader } from '../../../ui/panel-header.tsx'
import { memberOf, stringOf } from '../json/json-node.ts'
import { printJson } from '../json/print-json.ts'
import type { PlacedProblem } from '../model/problem-places.ts'
import type { StackNode } from '../model/stack-node.ts'
import { changeOption, leaveField } from '../state/edit-actions.ts'
import { useEditor, useEditorState, useProblems } from '../state/editor-context.ts'
import { focusOn } from '../state/focus-on.ts'
import { useFocusRequest } from '../state/use-focus-request.ts'
import { formFields } from './form-fields.ts'
import { KeyInput } from './key-input.tsx'
import { KindField } from './kind-field.tsx'
import styles from './node-form.module.css'
import { OptionField } from './option-field.tsx'
import { ProblemLines } from './problem-lines.tsx'
import { TextInput } from './text-input.tsx'

/** Names of the fields that every node has. */
const COMMON = new Set(['kind', 'label'])

/** The form for one node, made from what its kind says of its options. */
export function NodeForm({ node }: { readonly node: StackNode }) {
  const { store } = useEditor()
  const form = useRef<HTMLFormElement>(null)
  const text = useEditorState(state => state.draft.good?.text ?? '')
  const isBroken = useEditorState(state => state.draft.error !== undefined)
  const problems = useProblems().filter(problem => problem.node?.id === node.id)
  const fields = formFields(node.info)
  const shown = new Set([...COMMON, ...fields.map(({ name }) => name)])
  const rest = problems.filter(({ field }) => field === undefined || !shown.has(field))
  const problemsOf = (name: string): readonly PlacedProblem[] =>
    problems.filter(({ field }) => field === name)

  useFocusRequest(request => {
    if (request.to !== 'field') return false
    const name =
      request.name ?? fields.find(({ isRequired, name: field }) => isRequired && isEmpty(node, field))?.name
    const input = name && form.current?.querySelector<HTMLElement>(`[data-field="${CSS.escape(name)}"]`)
    if (input instanceof HTMLInputElement) input.select()
    if (input) input.focus()
    else focusOn(store, { to: 'tree' })
    return Boolean(input)
  })

  return (
    <section className={styles['pane']} aria-label="Options">
      <PanelHeader title={node.info?.label ?? 'Node'} />
      <form
        ref={form}
        className={styles['form']}
        onSubmit={event => event.preventDefault()}
        onBlur={() => leaveField(store)}
        onKeyDown={event => {
          const isDone =
            event.key === 'Escape' || (event.key === 'Enter' && event.target instanceof HTMLInputElement)
          if (!isDone || event.defaultPrevented) return
          event.preventDefault()
          focusOn(store, { to: 'tree' })
        }}
      >
        {node.info !== undefined && <p className={styles['help']}>{node.info.help}</p>}
        <ProblemLines problems={rest} withNames />
        <fieldset disabled={isBroken} className={styles['fields']}>
          <KindField node={node} problems={problemsOf('kind')} />
          <KeyInput node={node} />
          {fields.map(field => (
            <OptionField
              key={field.name}
              field={field}
              node={node}
              text={text}
              problems={problemsOf(field.name)}
            />
          ))}
          <TextInput
            name="label"
            label="Label"
            help="A name for people."
            value={stringOf(memberOf(node.json, 'label')?.value) ?? ''}
            problems={problemsOf('label')}
            onChange={value =>
              changeOption(store, node, 'label', value === '' ? undefined : printJson(value))
            }
          />
        </fieldset>
      </form>
    </section>
  )
}

function isEmpty({ json }: StackNode, name: string): boolean {
  const value = memberOf(json, name)?.value
  return value === undefined || (value.type === 'string' && value.value === '')
}
