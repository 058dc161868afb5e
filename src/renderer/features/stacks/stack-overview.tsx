import { useEffect, useState } from 'react'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { KindInfo } from '../../../shared/procedures/stacks.ts'
import type { Client } from '../../api/client.ts'
import { KindIcon } from '../../ui/kind-icon.tsx'
import { Kbd } from '../../ui/shortcut.tsx'
import { sourceText } from './stack-line.tsx'
import styles from './stack-overview.module.css'

interface StackOverviewProps {
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
            <KindIcon kind={node.kind} />
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

/**
 * What distinguishes a node from others of its kind: the path of a folder, how shards are picked.
 * @param path Where the node stands in the document, as `root.tiers[1]`.
 */
export function nodeDetail(document: Readonly<Record<string, unknown>>, path: string): string | undefined {
  const node = path
    .split(/[.[\]]+/)
    .filter(part => part !== '')
    .reduce<unknown>((value, part) => (isRecord(value) ? value[part] : undefined), document)
  if (!isRecord(node)) return undefined
  if (typeof node['path'] === 'string') return node['path']
  return typeof node['by'] === 'string' ? `picked by ${node['by']}` : undefined
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

const NONE: ReadonlyMap<string, KindInfo> = new Map()

/** All kinds of nodes, by kind; empty until the host replies. */
function useKinds(client: Client): ReadonlyMap<string, KindInfo> {
  const [kinds, setKinds] = useState(NONE)
  useEffect(() => {
    const aborter = new AbortController()
    client.call('stacks.kinds', {}, { signal: aborter.signal }).then(
      answer => setKinds(new Map(answer.kinds.map(info => [info.kind, info]))),
      // Without a reply, the overview only lacks the help texts.
      () => undefined,
    )
    return () => aborter.abort()
  }, [client])
  return kinds
}
