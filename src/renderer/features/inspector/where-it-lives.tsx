import { useState } from 'react'
import type { SessionInfo } from '../../../shared/procedures/sessions.ts'
import type { Client } from '../../api/client.ts'
import { useKeyPlaces } from '../../api/key-places.ts'
import { type LastReads, useLastRead } from '../../api/last-reads.ts'
import { KindIcon } from '../../ui/kind-icon.tsx'
import { ReadPath } from '../../ui/read-path.tsx'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import { useNow } from '../../ui/use-now.ts'
import { agreementText, type PlaceView, placeViews } from './places.ts'
import { type TakeValue, ValueAtPlace } from './value-at-place.tsx'
import styles from './where-it-lives.module.css'

export interface WhereItLivesProps {
  readonly client: Client
  readonly reads: LastReads
  readonly session: SessionInfo
  readonly keyText: string
  /** Whether the window already shows that the key cannot be read, and why. */
  readonly isFailing?: boolean
  /** Takes over what a place has that differs; absent where the key is not open. */
  readonly onTake?: TakeValue | undefined
}

/** The places of a key, each with what it has. Found by asking each of them, which changes none. */
export function WhereItLives(props: WhereItLivesProps) {
  const { client, reads, session, keyText, isFailing = false, onTake } = props
  const read = useLastRead(reads, session.id)
  const own = read?.key === keyText ? read : undefined
  const now = useNow()
  const { residency, readAt = 0, failure } = useKeyPlaces(client, session, keyText, own?.at)
  const [shown, show] = useState<PlaceView>()
  // A branch without a value lives nowhere.
  if (residency?.places.every(({ state }) => state === 'absent')) return null
  // With a single place, its failure is the one that is already shown.
  if (isFailing && (failure !== undefined || (residency?.places.length ?? 0) < 2)) return null
  const agreement = residency && agreementText(residency)
  return (
    <section aria-labelledby="where-it-lives" className={styles['section']}>
      <div className={styles['head']}>
        <h3 id="where-it-lives" className={styles['title']}>
          Where it lives
        </h3>
        {agreement !== undefined && (
          <span role="status" className={styles['badge']} data-agreement={residency?.agreement}>
            {agreement}
          </span>
        )}
      </div>
      {failure !== undefined && (
        <p role="alert" className={styles['failed']}>
          {failure}
        </p>
      )}
      {residency === undefined && failure === undefined && <div aria-hidden className={styles['skeleton']} />}
      <ul className={styles['places']}>
        {residency !== undefined &&
          placeViews(residency, session.nodes, Math.max(now, readAt)).map((place, index) => (
            // A node may be two places: what it has not flushed, and what it has.
            <li key={`${index} ${place.node}`}>
              <Place place={place} onShow={() => show(place)} />
            </li>
          ))}
      </ul>
      {own !== undefined && (
        <p className={styles['read']}>
          Last read: <ReadPath {...own} nodes={session.nodes} />
        </p>
      )}
      {shown !== undefined && (
        <ValueAtPlace
          client={client}
          session={session.id}
          keyText={keyText}
          place={shown}
          onTake={onTake}
          onClose={() => show(undefined)}
        />
      )}
    </section>
  )
}

function Place({ place, onShow }: { readonly place: PlaceView; readonly onShow: () => void }) {
  const { label, kind, size, detail, ownKey, state } = place
  const words = (
    <>
      <KindIcon kind={kind} />
      <span className={styles['label']}>{label}</span> <span className={styles['size']}>{size}</span>{' '}
      <span className={styles['detail']}>
        {detail}
        {ownKey !== undefined && (
          <span className={styles['ownKey']}>
            {' '}
            as <VisibleText text={ownKey} />
          </span>
        )}
      </span>
    </>
  )
  if (size === undefined) {
    return (
      <div className={styles['place']} data-state={state}>
        {words}
      </div>
    )
  }
  return (
    <button type="button" className={styles['place']} data-state={state} onClick={onShow}>
      {words}
    </button>
  )
}
