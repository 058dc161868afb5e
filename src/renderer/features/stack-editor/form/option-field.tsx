import { memberOf } from '../json/json-node.ts'
import type { JsonText } from '../json/print-json.ts'
import { printJson } from '../json/print-json.ts'
import type { PlacedProblem } from '../model/problem-places.ts'
import type { StackNode } from '../model/stack-node.ts'
import { changeOption } from '../state/edit-actions.ts'
import { useEditor } from '../state/editor-context.ts'
import { ChoiceInput } from './choice-input.tsx'
import { DocumentLink } from './document-link.tsx'
import { FlagInput } from './flag-input.tsx'
import type { Field } from './form-fields.ts'
import { NumberInput } from './number-input.tsx'
import { TextInput } from './text-input.tsx'

export interface OptionFieldProps {
  readonly field: Field
  readonly node: StackNode
  /** The text that the node was read from. */
  readonly text: string
  readonly problems: readonly PlacedProblem[]
}

/** One option of a node, in the control that its schema asks for. */
export function OptionField({ field, node, text, problems }: OptionFieldProps) {
  const { store } = useEditor()
  const { name, label, help, isRequired, control } = field
  const value = memberOf(node.json, name)?.value
  const said = value && text.slice(value.from, value.to)
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
          value={value?.type === 'string' ? String(value.value) : (said ?? '')}
          onChange={next => change(next === '' && !isRequired ? undefined : printJson(next))}
        />
      )
    case 'number':
      return (
        <NumberInput
          {...common}
          said={said}
          default={field.default}
          control={control}
          onReset={onReset}
          onChange={change}
        />
      )
    case 'flag':
      return (
        <FlagInput
          {...common}
          isOn={(said ?? field.default) === 'true'}
          onReset={onReset}
          onChange={isOn => change(String(isOn))}
        />
      )
    case 'choice':
      return (
        <ChoiceInput
          {...common}
          said={said}
          default={field.default}
          choices={control.choices}
          onChange={change}
        />
      )
    case 'document':
      return <DocumentLink {...common} said={said} offset={(value ?? node.json).from} />
  }
}
