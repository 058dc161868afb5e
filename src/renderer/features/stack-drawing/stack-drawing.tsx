import { Play } from 'lucide-react'
import { useId, useMemo, useState } from 'react'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { Client } from '../../api/client.ts'
import { type LastReads, useLastRead } from '../../api/last-reads.ts'
import { Button } from '../../ui/button.tsx'
import { useElementWidth } from '../../ui/element-width.ts'
import { ReadPath } from '../../ui/read-path.tsx'
import { formatAgo } from '../../ui/text/format.ts'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import { showToast } from '../../ui/toasts/toasts.tsx'
import { useNow } from '../../ui/use-now.ts'
import { DrawnBox } from './drawn-box.tsx'
import { Edges } from './edges.tsx'
import { highlightedPath, type Mark, type NodeState } from './highlighted-path.ts'
import { layoutOf, type PlacedNode } from './layout.ts'
import { countWords, markText, nodeName } from './node-text.ts'
import styles from './stack-drawing.module.css'
import { useNodeCounts } from './use-node-counts.ts'

/** The description of a kind. */
interface KindWords {
  readonly label: string
  readonly help: string
}

export interface StackDrawingProps {
  readonly client: Client
  readonly reads: LastReads
  readonly session: SessionInfo
  readonly kinds: ReadonlyMap<string, KindWords>
  /** What distinguishes a node from others of its kind, by its path in the document. */
  readonly detailOf: (path: string) => string | undefined
}

const NO_STEPS = [] as const

/** Pixels from which a node has room for the words of two steps below it. */
const WIDE = 150

/** The stack from left to right, with the path of the last read, which the sentence below also describes. */
export function StackDrawing({ client, reads, session, kinds, detailOf }: StackDrawingProps) {
  const read = useLastRead(reads, session.id)
  const now = useNow()
  const [room, canvas] = useElementWidth()
  const layout = useMemo(() => layoutOf(session.nodes, room ?? 0), [session.nodes, room])
  const highlighted = useMemo(
    () => highlightedPath(session.nodes, read?.steps ?? NO_STEPS),
    [session.nodes, read],
  )
  const [chosenId, choose] = useState<string>()
  const counts = useNodeCounts(client, session)
  const detailId = useId()
  const chosen = layout.nodes.find(({ id }) => id === chosenId)
  const again = (key: string): void => {
    client.call('reads.again', { session: session.id, key }).catch((error: unknown) => {
      showToast({ tone: 'error', message: error instanceof Error ? error.message : String(error) })
    })
  }
  return (
    <section aria-label="Drawing of the stack" className={styles['drawing']}>
      {read !== undefined && (
        <p className={styles['read']}>
          <span className={styles['dim']}>Last read</span> <VisibleText text={read.key} />
          <span className={styles['ago']}>{formatAgo(read.at, Math.max(now, read.at))}</span>
        </p>
      )}
      {/* It scrolls where the stack is higher. Its buttons are reached by keyboard. */}
      <div ref={canvas} className={styles['canvas']} data-single={session.nodes.length === 1}>
        <div className={styles['sheet']} style={{ width: layout.width, height: layout.height }}>
          <Edges layout={layout} highlighted={highlighted} run={read?.at} />
          <ul aria-label="Stores, from the top down">
            {layout.nodes.map(node => (
              <Node
                key={node.id}
                node={node}
                kind={kinds.get(node.kind)?.label ?? node.kind}
                detail={detailOf(node.path)}
                count={countWords(counts.get(node.id), node.width)}
                state={highlighted.stateOf(node.id)}
                marks={highlighted.marks.filter(mark => mark.node === node.id)}
                isCopy={highlighted.copies.some(copy => copy.to === node.id)}
                isChosen={node.id === chosenId}
                controls={detailId}
                onPress={() => choose(node.id === chosenId ? undefined : node.id)}
              />
            ))}
          </ul>
        </div>
      </div>
      <div id={detailId} role="status" className={styles['detail']} hidden={chosen === undefined}>
        {chosen !== undefined && (
          <p>
            <strong>{chosen.label}</strong> {kinds.get(chosen.kind)?.help}{' '}
            <span className={styles['code']}>{detailOf(chosen.path)}</span>
          </p>
        )}
      </div>
      {read !== undefined && (
        <div className={styles['foot']}>
          <p role="status" aria-label="Way of the last read">
            <ReadPath {...read} nodes={session.nodes} />
          </p>
          <Button onPress={() => again(read.key)}>
            <Play size={13} aria-hidden /> Read again
          </Button>
        </div>
      )}
    </section>
  )
}

interface NodeProps {
  readonly node: PlacedNode
  readonly kind: string
  readonly detail: string | undefined
  readonly count: ReturnType<typeof countWords>
  readonly state: NodeState
  readonly marks: readonly Mark[]
  readonly isCopy: boolean
  readonly isChosen: boolean
  readonly controls: string
  readonly onPress: () => void
}

function Node({ node, kind, detail, count, state, marks, isCopy, isChosen, controls, onPress }: NodeProps) {
  return (
    <DrawnBox
      node={node}
      name={nodeName(node.label, kind, count?.keys, marks)}
      // The icon shows the kind; there is no room for both.
      detail={count?.inBox ?? shortDetail(kind, detail)}
      title={[kind, detail, count?.all].filter(Boolean).join(' · ')}
      state={state}
      isCopy={isCopy}
      isChosen={isChosen}
      controls={controls}
      onPress={onPress}
      marks={
        <span aria-hidden className={styles['marks']}>
          {marks.map(({ number, step }, index) => (
            <span key={number} className={styles['mark']} data-outcome={step.outcome}>
              {/* The next column begins close to a narrow node. */}
              {node.width < WIDE && index < marks.length - 1 ? number : `${number} · ${markText(step)}`}
            </span>
          ))}
        </span>
      }
    />
  )
}

/** The kind, and the last part of a path, which is the most specific. */
function shortDetail(kind: string, detail: string | undefined): string {
  const last = detail?.split(/[\\/]/).findLast(part => part !== '')
  return last === undefined ? kind : `${kind} · ${last.replace(/^picked /, '')}`
}
