import { Database, FileJson, FlaskConical, FolderOpen, Layers } from 'lucide-react'
import type { Recent } from '../../../shared/procedures/workspace.ts'
import { Button } from '../../ui/button.tsx'
import { StackIcon, sourceText } from './stack-line.tsx'
import styles from './welcome.module.css'

export interface WelcomeProps {
  readonly recents: readonly Recent[]
  readonly onOpen: () => void
  readonly onOpenFolder: () => void
  readonly onOpenStackFile: () => void
  readonly onNewStack: () => void
  readonly onOpenSample: () => void
  readonly onOpenRecent: (recent: Recent) => void
}

/** The maximum number of recent stacks shown. */
const MAX_RECENTS = 8

/** Shown while no stack is open. */
export function Welcome({ recents, ...props }: WelcomeProps) {
  return (
    <section aria-label="Welcome" className={styles['welcome']}>
      <h2 className={styles['title']}>Strata</h2>
      <p className={styles['lead']}>
        Browse the keys of a store as a tree, edit their values safely, and see what tiers and shards do with
        them.
      </p>
      <div className={styles['actions']}>
        <Button onPress={props.onOpenSample} variant="primary">
          <FlaskConical size={15} aria-hidden />
          Open the sample
        </Button>
        <Button onPress={props.onOpen}>
          <Database size={15} aria-hidden />
          Open…
        </Button>
        <Button onPress={props.onOpenFolder}>
          <FolderOpen size={15} aria-hidden />
          Open folder…
        </Button>
        <Button onPress={props.onOpenStackFile}>
          <FileJson size={15} aria-hidden />
          Open stack file…
        </Button>
        <Button onPress={props.onNewStack}>
          <Layers size={15} aria-hidden />
          New stack
        </Button>
      </div>
      <p className={styles['note']}>
        The sample is a memory cache over two sharded folders: a minute with it shows what a stack is.
      </p>
      {recents.length > 0 && (
        <>
          <h3 className={styles['heading']}>Recent</h3>
          <ul>
            {recents.slice(0, MAX_RECENTS).map(recent => (
              <li key={recent.id}>
                <button type="button" className={styles['recent']} onClick={() => props.onOpenRecent(recent)}>
                  <StackIcon source={recent.source} />
                  <span>{recent.name}</span>
                  <span className={styles['source']}>{sourceText(recent.source)}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
