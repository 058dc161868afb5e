import { createRef } from 'react'
import { Tree, type TreeApi } from 'react-arborist'
import { createRoot } from 'react-dom/client'
import { type Contender, folderName, keyName, type Shape } from './contender.ts'
import styles from './page.module.css'

interface Item {
  readonly id: string
  readonly name: string
  readonly children?: Item[]
}

/** react-arborist on the same names, all of which it needs in the page. Creating them is not timed. */
export function arborist(shape: Shape): Contender {
  const data = Array.from({ length: shape.folders }, (_, folder): Item => {
    const name = folderName(folder, shape)
    const children = Array.from({ length: shape.each }, (_, key): Item => {
      const below = keyName(key, shape)
      return { id: `/${name}/${below}`, name: below }
    })
    return { id: `/${name}`, name, children }
  })
  const api = createRef<TreeApi<Item>>()
  const first = data[0]?.id ?? ''
  let selected = 0
  return {
    draw(root) {
      createRoot(root).render(
        <div className={styles['page']}>
          <Tree
            ref={api}
            initialData={data}
            rowHeight={22}
            width={320}
            height={600}
            overscanCount={12}
            openByDefault
          />
        </div>,
      )
    },
    isWhole: () => api.current?.visibleNodes.length === shape.folders * (1 + shape.each),
    close: () => api.current?.close(first),
    open: () => api.current?.open(first),
    next: () => api.current?.select(api.current.visibleNodes[++selected]?.id ?? null),
  }
}
