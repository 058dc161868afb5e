import { visibleName } from './visible-name.ts'
import styles from './visible-text.module.css'

/** A name of somebody's data, with signs for what cannot be seen in it. */
export function VisibleText({ text }: { readonly text: string }) {
  return visibleName(text).map((part, index) =>
    part.isSign ? (
      // Parts of a name are identified by their index.
      <span key={index} className={styles['sign']}>
        {part.text}
      </span>
    ) : (
      part.text
    ),
  )
}
