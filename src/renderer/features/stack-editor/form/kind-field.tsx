import type { PlacedProblem } from '../model/problem-places.ts'
import type { StackNode } from '../model/stack-node.ts'
import { canBecome, changeKind } from '../operations/change-kind.ts'
import { operate } from '../state/edit-actions.ts'
import { useEditor, useEditorState } from '../state/editor-context.ts'
import { FieldFrame } from './field-frame.tsx'
import styles from './node-form.module.css'

export interface KindFieldProps {
  readonly node: StackNode
  readonly problems: readonly PlacedProblem[]
}

/** The node's kind. Choosing another keeps what still means something; what would lose children can't be chosen. */
export function KindField({ node, problems }: KindFieldProps) {
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
          {[...kinds.values()].map(info => (
            <option key={info.kind} value={info.kind} disabled={!canBecome(node, info).isPossible}>
              {info.label}
            </option>
          ))}
        </select>
      )}
    </FieldFrame>
  )
}
