import {
  Binary,
  Braces,
  Brackets,
  CircleAlert,
  File,
  FileArchive,
  FileQuestionMark,
  FileText,
  Image,
} from 'lucide-react'
import type { ReactNode } from 'react'
import type { Overview as Report, ValueKind } from '../../../shared/procedures/overview.ts'
import type { Client } from '../../api/client.ts'
import { Button } from '../../ui/button.tsx'
import { Kbd } from '../../ui/shortcut.tsx'
import { useNow } from '../../ui/use-now.ts'
import { Card } from './card.tsx'
import { LargestBranches } from './largest-branches.tsx'
import { LastChanged } from './last-changed.tsx'
import styles from './overview.module.css'
import { bytesText, coverageText, keysText, kindText } from './overview-text.ts'
import { useOverview } from './use-overview.ts'

/** Something to do next. */
export interface NextStep {
  readonly id: string
  readonly title: string
  readonly icon: ReactNode
  /** As shown: `Ctrl+P`. */
  readonly shortcut?: string | undefined
  readonly isDisabled?: boolean
  readonly run: () => void
}

export interface OverviewProps {
  readonly client: Client
  readonly session: string
  /** Another one after the connection, the server or the stack has changed: then a failure is over. */
  readonly revision: unknown
  readonly onOpen: (key: string, as: 'key' | 'branch') => void
  readonly steps: readonly NextStep[]
  /** What to do with a store that is empty. */
  readonly stepsWhenEmpty: readonly NextStep[]
}

/** What a store holds: how much, where most of it is, what was changed last, and what to do next. */
export function Overview({ client, session, revision, onOpen, steps, stepsWhenEmpty }: OverviewProps) {
  const { overview, failure, again } = useOverview(client, session, revision)
  const now = useNow()
  const isEmpty = overview?.isCounted === true && overview.keys === 0
  return (
    <div className={styles['overview']}>
      {failure !== undefined && (
        <div role="alert" className={styles['failure']}>
          <CircleAlert size={16} aria-hidden />
          <p>
            The keys could not be looked at. {failure}
            {overview !== undefined && overview.keys > 0 && ' The earlier results are shown.'}
          </p>
          <Button onPress={again}>Try again</Button>
        </div>
      )}
      {isEmpty ? (
        <EmptyStore steps={stepsWhenEmpty} />
      ) : (
        <div className={styles['cards']}>
          <StoreContents overview={overview} hasFailed={failure !== undefined} />
          <LargestBranches overview={overview} hasFailed={failure !== undefined} onOpen={onOpen} />
          <LastChanged overview={overview} hasFailed={failure !== undefined} now={now} onOpen={onOpen} />
          <Card title="Next">
            <Steps steps={steps} />
          </Card>
        </div>
      )}
    </div>
  )
}

/** What stands below the bytes: what they are, or why they are not there. */
function bytesUnit(overview: Report | undefined, hasFailed: boolean): string {
  if (overview?.bytes !== undefined) return 'in values'
  if (hasFailed || overview?.state === 'done') return 'not measured'
  return overview === undefined || overview.state === 'counting' ? 'counting…' : 'measuring…'
}

interface StoreContentsProps {
  readonly overview: Report | undefined
  readonly hasFailed: boolean
}

function StoreContents({ overview, hasFailed }: StoreContentsProps) {
  const bytes = overview && bytesText(overview)
  const isCounting = overview === undefined || overview.state === 'counting'
  return (
    <Card title="What it holds">
      <div className={styles['figures']} aria-live={isCounting ? 'off' : 'polite'}>
        <p className={styles['figure']}>
          <span className={styles['number']}>{overview === undefined ? '…' : keysText(overview)}</span>
          <span className={styles['unit']}>{overview?.keys === 1 ? 'key' : 'keys'}</span>
        </p>
        <p className={styles['figure']}>
          <span className={styles['number']}>{bytes ?? '…'}</span>
          <span className={styles['unit']}>{bytesUnit(overview, hasFailed)}</span>
        </p>
      </div>
      <Kinds overview={overview} />
    </Card>
  )
}

function Kinds({ overview }: { readonly overview: Report | undefined }) {
  if (overview === undefined || overview.kinds.length === 0) {
    return (
      <div aria-hidden className={styles['kindsCard']}>
        <div className={styles['kindsWaiting']} />
      </div>
    )
  }
  const coverage = coverageText(overview)
  return (
    <div className={styles['kindsCard']}>
      <div aria-hidden className={styles['share']}>
        {overview.kinds.map(({ kind, keys }) => (
          <span key={kind} data-kind={kind} style={{ flexGrow: keys }} />
        ))}
      </div>
      <ul aria-label="Kinds of values" className={styles['kinds']}>
        {overview.kinds.map(({ kind, keys }) => (
          <li key={kind}>
            <ValueKindIcon kind={kind} />
            {kindText(kind, keys, overview)}
          </li>
        ))}
      </ul>
      {coverage !== undefined && <p className={styles['note']}>{coverage}</p>}
    </div>
  )
}

function Steps({ steps }: { readonly steps: readonly NextStep[] }) {
  return (
    <ul className={styles['steps']}>
      {steps.map(({ id, title, icon, shortcut, isDisabled, run }) => (
        <li key={id}>
          <button type="button" className={styles['step']} disabled={isDisabled === true} onClick={run}>
            {icon}
            <span className={styles['cut']}>{title}</span>
            {shortcut !== undefined && <Kbd>{shortcut}</Kbd>}
          </button>
        </li>
      ))}
    </ul>
  )
}

function EmptyStore({ steps }: { readonly steps: readonly NextStep[] }) {
  return (
    <section aria-label="No keys yet" className={styles['empty']}>
      <h3 className={styles['emptyTitle']}>No keys yet</h3>
      <p>
        Keys that you put, files that you drop on the tree, and keys that you copy from another stack show up
        here.
      </p>
      <div className={styles['emptySteps']}>
        {steps.map(({ id, title, icon, shortcut, isDisabled, run }, index) => (
          <Button
            key={id}
            variant={index === 0 ? 'primary' : 'plain'}
            isDisabled={isDisabled === true}
            onPress={run}
          >
            {icon}
            {title}
            {shortcut !== undefined && <Kbd>{shortcut}</Kbd>}
          </Button>
        ))}
      </div>
    </section>
  )
}

const ICONS = {
  json: Braces,
  text: FileText,
  image: Image,
  cbor: Brackets,
  msgpack: Brackets,
  packed: FileArchive,
  bytes: Binary,
  empty: File,
  unknown: FileQuestionMark,
} satisfies Record<ValueKind, unknown>

/** The icon of a kind of value. It is shown next to the name of the kind. */
function ValueKindIcon({ kind }: { readonly kind: ValueKind }) {
  const Icon = ICONS[kind]
  return <Icon size={14} aria-hidden />
}
