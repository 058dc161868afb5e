import { useRef } from 'react'
import { PanelHeader } from '../../../ui/panels.tsx'
import { type JsonText, printJson } from '../json/edit-json.ts'
import { memberOf, stringOf, textOf, valueOf } from '../json/json-tree.ts'
import type { PlacedProblem } from '../model/problems.ts'
import type { StackNode } from '../model/stack-node.ts'
import { canBecome, changeKind } from '../operations/change-kind.ts'
import { changeOption, leaveField, operate, renameKeyedChild } from '../state/edit-actions.ts'
import { useEditor, useEditorState, useFocusRequest, useProblems } from '../state/editor-context.ts'
import { focusOn } from '../state/editor-store.ts'
import { type Field, formFields, isShown } from './form-fields.ts'
import {
  BytesInput,
  ChoiceInput,
  DocumentLink,
  FieldFrame,
  FlagInput,
  HeldInput,
  NumberInput,
  ProblemLines,
  TextInput,
} from './inputs.tsx'
import styles from './node-form.module.css'

/** Names of the fields that every node has. */
const COMMON = new Set(['kind', 'label'])

/** The form of one node, derived from the schema of its kind. */
export function NodeForm({ node }: { readonly node: StackNode }) {
  const { store } = useEditor()
  const form = useRef<HTMLFormElement>(null)
  const text = useEditorState(state => state.draft.valid?.text ?? '')
  const isBroken = useEditorState(state => state.draft.error !== undefined)
  const problems = useProblems().filter(problem => problem.node?.id === node.id)
  const fields = shownFields(node)
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

/** The options that have an effect, and those that are set. */
function shownFields(node: StackNode): readonly Field[] {
  const all = formFields(node.info)
  const valueOfOption = (name: string): unknown => {
    const value = memberOf(node.json, name)?.value
    if (value !== undefined) return valueOf(value)
    const preset = all.find(field => field.name === name)?.default
    return preset === undefined ? undefined : JSON.parse(preset)
  }
  return all.filter(field => isShown(field, memberOf(node.json, field.name) !== undefined, valueOfOption))
}

function isEmpty({ json }: StackNode, name: string): boolean {
  const value = memberOf(json, name)?.value
  return value === undefined || (value.type === 'string' && value.value === '')
}

interface KindFieldProps {
  readonly node: StackNode
  readonly problems: readonly PlacedProblem[]
}

/** The node's kind. Kinds that cannot hold the node's children are disabled. */
function KindField({ node, problems }: KindFieldProps) {
  const { store } = useEditor()
  const kinds = useEditorState(state => state.kinds)
  return (
    <FieldFrame name="kind" label="Kind" problems={problems} isRequired>
      {props => (
        <select
          {...props}
          className={styles['input']}
          value={node.kind ?? ''}
          onChange={({ target: { value } }) => {
            const info = kinds.get(value)
            if (info !== undefined) operate(store, stack => changeKind(stack, node, info))
          }}
        >
          {node.info === undefined && <option value={node.kind ?? ''}>{node.kind ?? 'Choose a kind'}</option>}
          {[...kinds.values()].map(info => {
            const possible = canBecome(node, info)
            return (
              <option key={info.kind} value={info.kind} disabled={!possible.isPossible}>
                {possible.isPossible ? info.label : `${info.label}: ${possible.reason}`}
              </option>
            )
          })}
        </select>
      )}
    </FieldFrame>
  )
}

/** The key of a node below its parent, if the parent's children are keyed. */
function KeyInput({ node }: { readonly node: StackNode }) {
  const { store } = useEditor()
  if (node.slot?.type !== 'keyed') return null
  const own = String(node.slot.step)
  const others = new Set(
    node.slot.parent.children.map(({ slot }) => String(slot?.step)).filter(key => key !== own),
  )
  return (
    <HeldInput
      name="at"
      label="At"
      value={own}
      problems={[]}
      read={typed =>
        others.has(typed)
          ? { wrong: 'another node has this key' }
          : { take: () => renameKeyedChild(store, node, typed) }
      }
    />
  )
}

interface OptionFieldProps {
  readonly field: Field
  readonly node: StackNode
  /** The text that the node was read from. */
  readonly text: string
  readonly problems: readonly PlacedProblem[]
}

/** One option of a node, in the control that its schema requires. */
function OptionField({ field, node, text, problems }: OptionFieldProps) {
  const { store } = useEditor()
  const { name, label, help, isRequired, control } = field
  const value = memberOf(node.json, name)?.value
  const written = value && textOf(text, value)
  const change = (next: JsonText | undefined) => changeOption(store, node, name, next)
  const onReset = value === undefined || isRequired ? undefined : () => change(undefined)
  const common = { name, label, help, problems, isRequired }

  switch (control.type) {
    case 'text':
      return (
        <TextInput
          {...common}
          isFolder={control.isFolder}
          placeholder={field.default === undefined ? undefined : String(JSON.parse(field.default))}
          value={value?.type === 'string' ? String(value.value) : (written ?? '')}
          onChange={next => change(next === '' && !isRequired ? undefined : printJson(next))}
        />
      )
    case 'number':
      return (
        <NumberInput
          {...common}
          written={written}
          default={field.default}
          control={control}
          unit={field.unit}
          onReset={onReset}
          onChange={change}
        />
      )
    case 'bytes':
      return (
        <BytesInput
          {...common}
          written={written}
          default={field.default}
          onReset={onReset}
          onChange={change}
        />
      )
    case 'flag':
      return (
        <FlagInput
          {...common}
          isOn={(written ?? field.default) === 'true'}
          onReset={onReset}
          onChange={isOn => change(String(isOn))}
        />
      )
    case 'choice':
      return (
        <ChoiceInput
          {...common}
          written={written}
          default={field.default}
          choices={control.choices}
          onChange={change}
        />
      )
    case 'document':
      return <DocumentLink {...common} written={written} offset={(value ?? node.json).offset} />
  }
}
