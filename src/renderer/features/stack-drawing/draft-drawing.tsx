import { useMemo } from 'react'
import { useElementWidth } from '../../ui/element-width.ts'
import { DrawnBox } from './drawn-box.tsx'
import { Edges } from './edges.tsx'
import { type DrawnNode, layoutOf } from './layout.ts'
import { litPath } from './lit-path.ts'
import styles from './stack-drawing.module.css'

interface DraftDrawingProps {
  readonly nodes: readonly (DrawnNode & { readonly detail: string; readonly hasProblem: boolean })[]
  readonly chosen: string | undefined
  readonly onChoose: (id: string) => void
}

/** A stack that is being edited: its nodes are buttons that choose them. */
export function DraftDrawing({ nodes, chosen, onChoose }: DraftDrawingProps) {
  const [room, canvas] = useElementWidth()
  const layout = useMemo(() => layoutOf(nodes, room ?? 0), [nodes, room])
  const lit = useMemo(() => litPath(nodes, []), [nodes])
  return (
    <section aria-label="Drawing of the draft" ref={canvas} className={styles['draft']}>
      <div className={styles['sheet']} style={{ width: layout.width, height: layout.height }}>
        <Edges layout={layout} lit={lit} run={undefined} />
        <ul aria-label="Stores, from the top down">
          {layout.nodes.map((node, index) => {
            const { detail = '', hasProblem = false } = nodes[index] ?? {}
            return (
              <DrawnBox
                key={node.id}
                node={node}
                name={[node.label, detail, hasProblem ? 'has a problem' : '']
                  .filter(part => part !== '')
                  .join(', ')}
                detail={lastParts(detail)}
                title={detail}
                state={hasProblem ? 'failed' : 'rest'}
                isChosen={node.id === chosen}
                onPress={() => onChoose(node.id)}
              />
            )
          })}
        </ul>
      </div>
    </section>
  )
}

/** Each path by its last part, which tells most. */
function lastParts(detail: string): string {
  return detail
    .split(' · ')
    .map(part => part.split(/[\\/]/).findLast(step => step !== '') ?? part)
    .join(' · ')
}
