import { VisibleText } from '../../ui/text/visible-text.tsx'
import styles from './go-to-key.module.css'

interface HitLabelProps {
  readonly keyText: string
  /** The indexes of the matching characters. */
  readonly places: ReadonlySet<number>
}

/** A key as its name, then its branch, with matching characters marked. */
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
