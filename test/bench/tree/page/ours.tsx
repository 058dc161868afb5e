import '../../../../src/renderer/ui/theme.css'
import '../../../../src/renderer/ui/base.css'
import { createRoot } from 'react-dom/client'
import { KeyTree } from '../../../../src/renderer/features/tree/key-tree.tsx'
import { MAX_HEIGHT, ROW_HEIGHT } from '../../../../src/renderer/features/tree/view/scroll.ts'
import { rememberTree } from '../../../../src/renderer/features/tree/view/tree-memory.ts'
import type { SessionInfo } from '../../../../src/shared/procedures/sessions.ts'
import { FakeClient, nextMessage } from '../../../renderer/features/tree/fake/fake-client.ts'
import { folderLevels } from '../../../renderer/features/tree/fake/fake-levels.ts'
import { type Contender, folderName, type Shape } from './contender.ts'
import styles from './page.module.css'

const SESSION: SessionInfo = {
  id: 'bench',
  name: 'bench',
  source: { type: 'sample' },
  isReadOnly: false,
  environment: 'development',
  isWritable: true,
  keepsExpiry: true,
  document: {},
  nodes: [],
  status: {},
}

/** The key tree, with a host that answers each call by a message, as the real one does. */
export function ours(shape: Shape): Contender {
  const client = new FakeClient({ levels: folderLevels(shape.folders, shape.each), delay: nextMessage })
  const folders = Array.from({ length: shape.folders }, (_, index) => `/${folderName(index, shape)}`)
  rememberTree(SESSION.id, { open: folders, focus: folders[0], top: undefined })
  const nothing = () => undefined
  const press = (key: string) => {
    const tree = document.querySelector('[role="tree"]')
    tree?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
  }
  return {
    draw(root) {
      createRoot(root).render(
        <div className={styles['page']}>
          <KeyTree
            client={client}
            session={SESSION}
            onOpen={nothing}
            onRequest={nothing}
            onSelect={nothing}
          />
        </div>,
      )
    },
    isWhole() {
      // The focus is restored last, after all branches are expanded again.
      const hasFocus = document.querySelector('[role="tree"]')?.hasAttribute('aria-activedescendant')
      const height = Math.min(shape.folders * (1 + shape.each) * ROW_HEIGHT, MAX_HEIGHT)
      return hasFocus === true && document.querySelector('[role="tree"]')?.scrollHeight === height
    },
    close: () => press('ArrowLeft'),
    open: () => press('ArrowRight'),
    next: () => press('ArrowDown'),
  }
}
