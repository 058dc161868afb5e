import { useState } from 'react'
import { useKeyPlaces } from '../../api/key-places.ts'
import { useLastRead } from '../../api/last-reads.ts'
import { KindIcon } from '../../ui/kind-icon.tsx'
import { useNow } from '../../ui/use-now.ts'
import { type PlaceView, placeViews } from './places.ts'
import { ValueAtPlace } from './value-at-place.tsx'
import styles from './where-it-lives.module.css'
import type { WhereItLivesProps } from './where-it-lives.tsx'

/** The places that have a value of the key, one small chip each: for the line above the value. */
export function PlaceChips({ client, reads, session, keyText, onTake }: WhereItLivesProps) {
  const read = useLastRead(reads, session.id)
  const now = useNow()
  const { residency, readAt = 0 } = useKeyPlaces(
    client,
    session,
    keyText,
    read?.key === keyText ? read.at : undefined,
  )
  const [shown, show] = useState<PlaceView>()
  // A store that is one node has no other place.
  if (residency === undefined || session.nodes.length === 1) return null
  const places = placeViews(residency, session.nodes, Math.max(now, readAt)).filter(
    ({ size }) => size !== undefined,
  )
  if (places.length === 0) return null
  return (
    <>
      <ul aria-label="Where it lives" className={styles['chips']}>
        {places.map((place, index) => (
          // A node may be two places: what it has not flushed, and what it has.
          <li key={`${index} ${place.node}`}>
            <button
              type="button"
              className={styles['chip']}
              data-state={place.state}
              title={place.detail}
              onClick={() => show(place)}
            >
              <KindIcon kind={place.kind} />
              {place.label} <span className={styles['chipFacts']}>{chipFacts(place)}</span>
            </button>
          </li>
        ))}
      </ul>
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
    </>
  )
}

function chipFacts({ state, size, age }: PlaceView): string {
  if (state === 'differs') return 'another value'
  return [size, age].filter(part => part !== undefined).join(' · ')
}
