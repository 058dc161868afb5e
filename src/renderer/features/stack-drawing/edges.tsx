import type { HighlightedPath } from './highlighted-path.ts'
import { type Layout, NODE_HEIGHT, type PlacedNode } from './layout.ts'
import styles from './stack-drawing.module.css'

interface EdgesProps {
  readonly layout: Layout
  readonly highlighted: HighlightedPath
  /** Another one for another read, which is drawn once from left to right. */
  readonly run: number | undefined
  /** The node before which a dragged one would be dropped. */
  readonly drop?: string | undefined
}

/** The lines between nodes. They say nothing that the names of the nodes and the sentence do not say. */
export function Edges({ layout, highlighted, run, drop }: EdgesProps) {
  const nodes = new Map(layout.nodes.map(node => [node.id, node]))
  return (
    <svg aria-hidden className={styles['edges']} width={layout.width} height={layout.height}>
      <defs>
        <marker id="stack-copy-head" markerWidth="8" markerHeight="8" refX="6" refY="4" orient="auto">
          <path d="M1 1 6 4 1 7" className={styles['head']} />
        </marker>
      </defs>
      {layout.nodes.map(node => {
        const parent = node.parent === undefined ? undefined : nodes.get(node.parent)
        if (parent === undefined) return null
        const state = highlighted.edgeTo(node.id)
        return (
          <path
            key={`${node.id} ${state === 'rest' ? '' : (run ?? '')}`}
            d={layout.isStacked ? elbow(parent, node) : between(parent, node)}
            pathLength={1}
            className={styles['edge']}
            data-state={state}
            data-drop={node.id === drop}
            style={{ animationDelay: `${node.depth * 180 - 180}ms` }}
          />
        )
      })}
      {highlighted.copies.map(({ from, to }) => {
        const [source, target] = [nodes.get(from), nodes.get(to)]
        if (source === undefined || target === undefined) return null
        return (
          <path
            key={`${from} ${to}`}
            d={copyLine(source, target)}
            className={styles['copy']}
            markerEnd="url(#stack-copy-head)"
          />
        )
      })}
    </svg>
  )
}

const middle = ({ y }: PlacedNode) => y + NODE_HEIGHT / 2

function between(parent: PlacedNode, node: PlacedNode): string {
  const [x1, y1] = [parent.x + parent.width, middle(parent)]
  const [x2, y2] = [node.x, middle(node)]
  const bend = (x2 - x1) / 2
  return `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`
}

/** From the lower edge of the parent down and to the right. */
function elbow(parent: PlacedNode, node: PlacedNode): string {
  const x = (parent.x + node.x) / 2
  return `M${x} ${parent.y + NODE_HEIGHT} V${middle(node)} H${node.x}`
}

/** Up or down within a column, else back along the edge, a little above it. */
function copyLine(source: PlacedNode, target: PlacedNode): string {
  // Of a stacked drawing, where a parent is above its children.
  const isAbove = source.x < target.x + target.width && target.x < source.x + source.width
  if (isAbove) {
    const x = Math.min(source.x + source.width, target.x + target.width) - 20
    return source.y > target.y
      ? `M${x} ${source.y} V${target.y + NODE_HEIGHT + 3}`
      : `M${x} ${source.y + NODE_HEIGHT} V${target.y - 3}`
  }
  return `M${source.x} ${middle(source) - 10} L${target.x + target.width + 3} ${middle(target) - 10}`
}
