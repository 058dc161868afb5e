import { Maximize, Minus, Plus } from 'lucide-react'
import { useCallback, useEffect, useEffectEvent, useMemo, useRef } from 'react'
import { IconButton } from '../../ui/button.tsx'
import { useElementWidth } from '../../ui/element-width.ts'
import { formatShortcut, isMacPlatform } from '../../ui/shortcut.tsx'
import { DrawnBox, type DrawnChange } from './drawn-box.tsx'
import { Edges } from './edges.tsx'
import { type DrawnNode, layoutOf, NODE_HEIGHT } from './layout.ts'
import { litPath } from './lit-path.ts'
import { usePanZoom } from './pan-zoom.ts'
import styles from './stack-drawing.module.css'

interface DraftNode extends DrawnNode {
  readonly detail: string
  readonly hasProblem: boolean
  /** What the draft does to a node of the running stack; absent for one that stays as it is. */
  readonly change: DrawnChange | undefined
}

interface DraftDrawingProps {
  readonly nodes: readonly DraftNode[]
  /** What the draft changes, in words; empty for nothing. */
  readonly changes: string
  readonly chosen: string | undefined
  readonly onChoose: (id: string) => void
}

/** A stack that is being edited: its nodes are buttons that choose them. */
export function DraftDrawing({ nodes, changes, chosen, onChoose }: DraftDrawingProps) {
  const [room, measure] = useElementWidth()
  const layout = useMemo(() => layoutOf(nodes, room ?? 0), [nodes, room])
  const lit = useMemo(() => litPath(nodes, []), [nodes])
  const canvas = useRef<HTMLElement>(null)
  const { zoom, events, press, show, fit, zoomIn, zoomOut } = usePanZoom(canvas, layout)
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
        {...events}
      >
        <div style={{ width: layout.width * zoom, height: layout.height * zoom }}>
          <div
            className={styles['sheet']}
            style={{ width: layout.width, height: layout.height, transform: `scale(${zoom})` }}
          >
            <Edges layout={layout} lit={lit} run={undefined} />
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
                    onPress={() => onChoose(node.id)}
                  />
                )
              })}
            </ul>
          </div>
        </div>
      </section>
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
      <p role="status" aria-label="What the draft changes" className={styles['changes']}>
        {changes !== '' && `Draft: ${changes}`}
      </p>
    </div>
  )
}

/** Each path by its last part, which tells most. */
function lastParts(detail: string): string {
  return detail
    .split(' · ')
    .map(part => part.split(/[\\/]/).findLast(step => step !== '') ?? part)
    .join(' · ')
}
