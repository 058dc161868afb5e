import { Maximize, Minus, Plus } from 'lucide-react'
import { type PointerEvent, useCallback, useEffect, useEffectEvent, useMemo, useRef } from 'react'
import { IconButton } from '../../ui/button.tsx'
import type { NodeChange } from '../../ui/change-badge.tsx'
import { useElementWidth } from '../../ui/element-width.ts'
import { formatShortcut, isMacPlatform } from '../../ui/shortcut.tsx'
import { DrawnBox } from './drawn-box.tsx'
import type { DropPlace } from './drop-place.ts'
import { Edges } from './edges.tsx'
import { highlightedPath } from './highlighted-path.ts'
import { type DrawnNode, layoutOf, NODE_HEIGHT } from './layout.ts'
import { type DropOffer, useNodeDrag } from './node-drag.ts'
import { usePanZoom } from './pan-zoom.ts'
import styles from './stack-drawing.module.css'

interface DraftNode extends DrawnNode {
  readonly detail: string
  readonly hasProblem: boolean
  /** What the draft does to a node of the running stack; absent for one that stays as it is. */
  readonly change: NodeChange | undefined
}

interface DraftDrawingProps {
  readonly nodes: readonly DraftNode[]
  /** What the draft changes, in words; empty for nothing. */
  readonly changes: string
  readonly chosen: string | undefined
  readonly onChoose: (id: string) => void
  /** What it would do to drop a node; absent where nothing can be dropped. */
  readonly dropOf: (id: string, place: DropPlace) => DropOffer | undefined
  readonly onDrop: (id: string, place: DropPlace) => void
}

/** A stack that is being edited: its nodes are buttons that choose them, and are dragged to other places. */
export function DraftDrawing({ nodes, changes, chosen, onChoose, dropOf, onDrop }: DraftDrawingProps) {
  const [room, measure] = useElementWidth()
  const layout = useMemo(() => layoutOf(nodes, room ?? 0), [nodes, room])
  const highlighted = useMemo(() => highlightedPath(nodes, []), [nodes])
  const canvas = useRef<HTMLElement>(null)
  const sheet = useRef<HTMLDivElement>(null)
  const { zoom, events: panning, press, show, fit, zoomIn, zoomOut } = usePanZoom(canvas, layout)
  const { drag, events: dragging } = useNodeDrag({ canvas, sheet, layout, zoom, offerOf: dropOf, onDrop })
  const attach = useCallback(
    (element: HTMLElement | null) => {
      canvas.current = element
      return measure(element)
    },
    [measure],
  )
  const showChosen = useEffectEvent(() => {
    const node = layout.nodes.find(({ id }) => id === chosen)
    if (node !== undefined) show({ ...node, height: NODE_HEIGHT })
  })
  useEffect(() => showChosen(), [chosen, room])
  return (
    <div className={styles['draft']} onKeyDown={press}>
      {/* Arrows move the drawing where it is larger than its room. */}
      <section
        aria-label="Drawing of the draft"
        ref={attach}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
        tabIndex={0}
        className={styles['pannable']}
        {...both(panning, dragging)}
      >
        <div style={{ width: layout.width * zoom, height: layout.height * zoom }}>
          <div
            ref={sheet}
            className={styles['sheet']}
            style={{ width: layout.width, height: layout.height, transform: `scale(${zoom})` }}
          >
            <Edges
              layout={layout}
              highlighted={highlighted}
              run={undefined}
              drop={drag?.place?.type === 'edge' ? drag.place.id : undefined}
            />
            <ul aria-label="Stores, from the top down">
              {layout.nodes.map((node, index) => {
                const { detail = '', hasProblem = false, change } = nodes[index] ?? {}
                return (
                  <DrawnBox
                    key={node.id}
                    node={node}
                    name={[node.label, detail, change, hasProblem && 'has a problem']
                      .filter(Boolean)
                      .join(', ')}
                    detail={lastParts(detail)}
                    title={detail}
                    state={hasProblem ? 'failed' : 'rest'}
                    change={change}
                    isChosen={node.id === chosen}
                    isDragged={node.id === drag?.id}
                    isDrop={drag?.place?.type === 'node' && drag.place.id === node.id}
                    onPress={() => onChoose(node.id)}
                  />
                )
              })}
            </ul>
          </div>
        </div>
      </section>
      {drag?.offer !== undefined && (
        <p
          role="status"
          aria-label="Where it goes"
          className={styles['offer']}
          data-possible={drag.offer.isPossible}
          style={{ left: drag.at.x, top: drag.at.y }}
        >
          {drag.offer.text}
        </p>
      )}
      <div className={styles['tools']}>
        <p role="status" aria-label="What the draft changes" className={styles['changes']}>
          {changes !== '' && `Draft: ${changes}`}
        </p>
        <div role="group" aria-label="Zoom of the drawing" className={styles['zoom']}>
          <IconButton label="Zoom out" icon={Minus} shortcut="-" onPress={zoomOut} />
          <span className={styles['percent']}>{Math.round(zoom * 100)} %</span>
          <IconButton label="Zoom in" icon={Plus} shortcut="+" onPress={zoomIn} />
          <IconButton
            label="Fit the drawing"
            icon={Maximize}
            shortcut={formatShortcut('CmdOrCtrl+0', isMacPlatform())}
            onPress={fit}
          />
        </div>
      </div>
    </div>
  )
}

type Handlers = Readonly<
  Record<
    'onPointerDown' | 'onPointerMove' | 'onPointerUp' | 'onPointerCancel',
    (event: PointerEvent<HTMLElement>) => void
  >
>

/** Panning begins on the empty sheet and dragging on a node, so each ignores what the other begins with. */
function both(first: Handlers, second: Handlers): Handlers {
  const call = (name: keyof Handlers) => (event: PointerEvent<HTMLElement>) => {
    first[name](event)
    second[name](event)
  }
  return {
    onPointerDown: call('onPointerDown'),
    onPointerMove: call('onPointerMove'),
    onPointerUp: call('onPointerUp'),
    onPointerCancel: call('onPointerCancel'),
  }
}

/** Each path by its last part, which is the most specific. */
function lastParts(detail: string): string {
  return detail
    .split(' · ')
    .map(part => part.split(/[\\/]/).findLast(step => step !== '') ?? part)
    .join(' · ')
}
