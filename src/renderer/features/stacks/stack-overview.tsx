import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { Client } from '../../api/client.ts'
import { Kbd } from '../../ui/kbd.tsx'
import { nodeDetail } from './node-detail.ts'
import { NodeIcon } from './node-icon.tsx'
import { sourceText } from './source-text.ts'
import styles from './stack-overview.module.css'
import { useKinds } from './use-kinds.ts'

export interface StackOverviewProps {
  readonly client: Client
  readonly session: SessionInfo
  /** What to try next, with its shortcut. */
  readonly hints: readonly { readonly text: string; readonly shortcut: string | undefined }[]
}

/** What a stack is made of, in the order a key passes through it. Shown while no tab is open. */
export function StackOverview({ client, session, hints }: StackOverviewProps) {
  const kinds = useKinds(client)
  const first = firstOfKind(session)
  return (
    // It scrolls in a small window, so the keyboard must reach it.
    <section aria-label="Stack overview" tabIndex={0} className={styles['overview']}>
      <h2 className={styles['title']}>{session.name}</h2>
      <p className={styles['source']}>{sourceText(session.source)}</p>
      <p className={styles['lead']}>Every key of this stack goes through these stores, from the top down:</p>
      <ul className={styles['nodes']}>
        {session.nodes.map(node => (
          <li key={node.id} className={styles['node']} style={{ paddingInlineStart: `${node.depth * 22}px` }}>
            <NodeIcon kind={node.kind} />
            <div>
              <p>
                <span className={styles['label']}>{node.label}</span>
                <span className={styles['kind']}>{kinds.get(node.kind)?.label ?? node.kind}</span>
                <span className={styles['detail']}>{nodeDetail(session.document, node.path)}</span>
              </p>
              {node.path === first.get(node.kind) && (
                <p className={styles['help']}>{kinds.get(node.kind)?.help}</p>
              )}
            </div>
          </li>
        ))}
      </ul>
      <ul className={styles['hints']}>
        {hints.map(({ text, shortcut }) => (
          <li key={text} className={styles['hint']}>
            <span>{text}</span>
            {shortcut !== undefined && <Kbd>{shortcut}</Kbd>}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Where the first node of each kind stands, so that a kind is explained once. */
function firstOfKind({ nodes }: SessionInfo): ReadonlyMap<string, string> {
  return new Map(nodes.toReversed().map(node => [node.kind, node.path]))
}
