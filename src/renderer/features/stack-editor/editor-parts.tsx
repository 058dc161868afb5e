import { X } from 'lucide-react'
import { type ReactNode, type RefObject, useLayoutEffect, useRef, useState } from 'react'
import { Button, IconButton } from '../../ui/button.tsx'
import { EmptyState, Panel, PanelDivider, Panels, type PanelsProps } from '../../ui/panels.tsx'
import { DraftDrawing, type DrawnDraft } from './draft-drawing.tsx'
import { NodeForm } from './form/node-form.tsx'
import type { StackNode } from './model/stack-node.ts'
import { addRoot } from './operations/add-node.ts'
import styles from './stack-editor.module.css'
import { operate } from './state/edit-actions.ts'
import { useEditor, useEditorState, useSelectedNode } from './state/editor-context.ts'
import { type EditorPart, focusOn, stackOf } from './state/editor-store.ts'
import { JsonPane } from './text/json-pane.tsx'
import { StackPane } from './tree/stack-pane.tsx'

/** The width in pixels below which nodes and document are not shown side by side. */
const BOTH_FIT = 520

const PARTS: readonly { readonly part: EditorPart; readonly label: string }[] = [
  { part: 'nodes', label: 'Nodes' },
  { part: 'document', label: 'Document' },
]

/** The height in pixels below which the draft is not drawn above its parts. */
const DRAWING_FITS = 480

interface EditorPartsProps {
  readonly draw: ((draft: DrawnDraft) => ReactNode) | undefined
}

/** The drawing of the draft, and below it the parts that edit it. */
export function EditorParts({ draw }: EditorPartsProps) {
  const frame = useRef<HTMLDivElement>(null)
  const isLow = useIsLess(frame, DRAWING_FITS, 'clientHeight')
  const hasRoot = useEditorState(state => stackOf(state) !== undefined)
  return (
    <div ref={frame} className={styles['frame']}>
      <RememberedPanels id="stack-parts" orientation="vertical">
        {isLow === false && draw !== undefined && hasRoot && (
          <>
            <Panel id="stack-drawing" defaultSize="38%" minSize="108px">
              <Drawing draw={draw} />
            </Panel>
            <PanelDivider label="Height of the drawing" />
          </>
        )}
        <Panel id="stack-edited" minSize={isLow === false ? '240px' : 0}>
          <EditedParts />
        </Panel>
      </RememberedPanels>
    </div>
  )
}

/** The drawing, which hands the keyboard to the tree where it has no more room. */
function Drawing({ draw }: { readonly draw: (draft: DrawnDraft) => ReactNode }) {
  const { store } = useEditor()
  const frame = useRef<HTMLDivElement>(null)
  useLayoutEffect(
    () => () => {
      if (frame.current?.contains(document.activeElement) === true) focusOn(store, { to: 'tree' })
    },
    [store],
  )
  return (
    <div ref={frame} className={styles['drawing']}>
      <DraftDrawing draw={draw} />
    </div>
  )
}

/**
 * Nodes and document side by side, or one at a time if there is no room for both. Either way they are the same elements,
 * so that the keyboard, texts that are being typed and places that were scrolled to stay.
 */
function EditedParts() {
  const frame = useRef<HTMLDivElement>(null)
  const isNarrow = useIsLess(frame, BOTH_FIT, 'clientWidth') === true
  const shown = useEditorState(state => state.part)
  const { store } = useEditor()
  const partOf = (part: EditorPart) => ({
    'data-away': isNarrow && part !== shown,
    // The part with the keyboard is the one that is shown once the other has no room.
    onFocus: () => store.setState({ part }),
  })
  return (
    <div ref={frame} className={styles['parts']}>
      {isNarrow && <PartSwitch />}
      <div className={styles['panes']}>
        <RememberedPanels id="stack-editor" orientation="horizontal">
          <Panel id="stack-nodes" defaultSize="50%" minSize={isNarrow ? 0 : '250px'} {...partOf('nodes')}>
            <NodePanes />
          </Panel>
          {!isNarrow && <PanelDivider label="Width of the nodes" />}
          <Panel id="stack-text" minSize={isNarrow ? 0 : '200px'} {...partOf('document')}>
            <JsonPane />
          </Panel>
        </RememberedPanels>
      </div>
    </div>
  )
}

function PartSwitch() {
  const { store } = useEditor()
  const shown = useEditorState(state => state.part)
  return (
    <div role="group" aria-label="Shown part" className={styles['switch']}>
      {PARTS.map(({ part, label }) => (
        <button
          key={part}
          type="button"
          aria-pressed={part === shown}
          className={styles['choice']}
          onClick={() => store.setState({ part })}
        >
          {label}
        </button>
      ))}
    </div>
  )
}

/** The tree, and below it the form of the selected node. */
function NodePanes() {
  const isBroken = useEditorState(state => state.draft.error !== undefined)
  const hasRoot = useEditorState(state => stackOf(state) !== undefined)
  const node = useSelectedNode()
  return (
    <div className={styles['nodes']}>
      {isBroken && (
        <p role="status" className={styles['broken']}>
          The text is not valid JSON. The nodes show the last valid text.
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
  const isObject = useEditorState(state => state.draft.valid?.root.type === 'object')
  if (!isObject)
    return <EmptyState title="Not a stack" detail="A stack document is an object with a root node." />
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

/** Identifies the node of the form. It does not contain the node's key, which may change while it is typed. */
function formKey(node: StackNode): string {
  const parent = node.slot?.parent
  return parent === undefined ? node.id : `${parent.id} ${parent.children.indexOf(node)}`
}

/** Shows why the last request to the host failed. */
export function FailureBar() {
  const { store } = useEditor()
  const failure = useEditorState(state => state.failure)
  return (
    <div role="alert" className={failure && styles['failure']}>
      {failure !== undefined && (
        <>
          <span className={styles['message']}>{failure}</span>
          <IconButton label="Dismiss" icon={X} onPress={() => store.setState({ failure: undefined })} />
        </>
      )}
    </div>
  )
}

const layouts = new Map<string, NonNullable<PanelsProps['layout']>>()

/** Panels that keep their layout as long as the window is open. */
function RememberedPanels(props: Omit<PanelsProps, 'layout' | 'onLayoutChanged'>) {
  const [layout] = useState(() => layouts.get(props.id))
  return <Panels {...props} layout={layout} onLayoutChanged={changed => layouts.set(props.id, changed)} />
}

/** Whether an element is smaller than this, in pixels; undefined until it is measured. */
function useIsLess(
  element: RefObject<HTMLElement | null>,
  than: number,
  side: 'clientWidth' | 'clientHeight',
): boolean | undefined {
  const [isLess, setIsLess] = useState<boolean>()
  useLayoutEffect(() => {
    const measured = element.current
    if (measured === null) return
    const measure = () => setIsLess(measured[side] < than)
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(measured)
    return () => observer.disconnect()
  }, [element, than, side])
  return isLess
}
