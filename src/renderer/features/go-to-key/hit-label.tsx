import { VisibleText } from '../../ui/visible-text.tsx'
import styles from './go-to-key.module.css'

interface HitLabelProps {
  readonly keyText: string
  /** Places of the characters that were typed. */
  readonly places: ReadonlySet<number>
}

/** A key as its name, then the branch that it is in, with what was typed marked. */
export function HitLabel({ keyText, places }: HitLabelProps) {
  const slash = keyText.lastIndexOf('/')
  return (
    <>
      <bdi className={styles['name']}>
        <VisibleText text={keyText.slice(slash + 1)} isMarked={place => places.has(slash + 1 + place)} />
      </bdi>
      {slash > 0 && (
        <bdi className={styles['branch']}>
          <VisibleText text={keyText.slice(0, slash)} isMarked={place => places.has(place)} />
        </bdi>
      )}
    </>
  )
}
