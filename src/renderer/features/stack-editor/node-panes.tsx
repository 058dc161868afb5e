import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Panel, PanelDivider } from '../../ui/panels.tsx'
import { NodeForm } from './form/node-form.tsx'
import type { StackNode } from './model/stack-node.ts'
import { addRoot } from './operations/add-node.ts'
import { RememberedPanels } from './remembered-panels.tsx'
import styles from './stack-editor.module.css'
import { operate } from './state/edit-actions.ts'
import { useEditor, useEditorState, useSelectedNode } from './state/editor-context.ts'
import { stackOf } from './state/editor-store.ts'
import { StackPane } from './tree/stack-pane.tsx'

/** The tree, and below it the form of the selected node. */
export function NodePanes() {
  const isBroken = useEditorState(state => state.draft.error !== undefined)
  const hasRoot = useEditorState(state => stackOf(state) !== undefined)
  const node = useSelectedNode()
  return (
    <div className={styles['nodes']}>
      {isBroken && (
        <p role="status" className={styles['broken']}>
          The text is no valid JSON. The nodes are as they were before, until it is again.
        </p>
      )}
      {hasRoot ? (
        <RememberedPanels id="stack-node" orientation="vertical">
          <Panel id="stack-tree" defaultSize="45%" minSize="100px">
            <StackPane />
          </Panel>
          <PanelDivider label="Height of the tree" />
          <Panel id="stack-form" minSize="100px">
            {node !== undefined && <NodeForm key={formKey(node)} node={node} />}
          </Panel>
        </RememberedPanels>
      ) : (
        !isBroken && <NoRoot />
      )}
    </div>
  )
}

function NoRoot() {
  const { store } = useEditor()
  const kinds = useEditorState(state => state.kinds)
  const isObject = useEditorState(state => state.draft.good?.root.type === 'object')
  if (!isObject)
    return <EmptyState title="This is no stack" detail="A stack document is an object with a root node." />
  return (
    <EmptyState title="This stack has no root node" detail="Choose the kind of its first node.">
      {[...kinds.values()].map(info => (
        <Button
          key={info.kind}
          onPress={() => operate(store, stack => addRoot(stack, info), { to: 'field' })}
        >
          {info.label}
        </Button>
      ))}
    </EmptyState>
  )
}

/** The same as long as the form shows the same node: its own name may change while one types it. */
function formKey(node: StackNode): string {
  const parent = node.slot?.parent
  return parent === undefined ? node.id : `${parent.id} ${parent.children.indexOf(node)}`
}
