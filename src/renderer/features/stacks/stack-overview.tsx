import { type ReactNode, useEffect, useState } from 'react'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { KindInfo } from '../../../shared/procedures/stacks.ts'
import type { Client } from '../../api/client.ts'
import { sourceText } from './stack-line.tsx'
import styles from './stack-overview.module.css'

interface StackOverviewProps {
  readonly client: Client
  readonly session: SessionInfo
  /** Beside its name. */
  readonly tools: ReactNode
  /** The drawing of its nodes. */
  readonly drawing: (kinds: ReadonlyMap<string, KindInfo>) => ReactNode
  /** What it holds. */
  readonly children: ReactNode
}

/** The first page of a stack: its drawing, and what it holds. */
export function StackOverview({ client, session, tools, drawing, children }: StackOverviewProps) {
  const kinds = useKinds(client)
  return (
    // It scrolls in a small window, so it must be focusable.
    <section aria-label="Stack overview" tabIndex={0} className={styles['overview']}>
      <div className={styles['head']}>
        <h2 className={styles['title']}>{session.name}</h2>
        {tools}
      </div>
      <p className={styles['source']}>{sourceText(session.source)}</p>
      {drawing(kinds)}
      {children}
    </section>
  )
}

/**
 * What distinguishes a node from others of its kind: the path of a folder, the shard function.
 * @param path The path of the node in the document, such as `root.tiers[1]`.
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
