import styles from './kbd.module.css'

/** A shortcut as people read it. */
export function Kbd({ children }: { readonly children: string }) {
  return <kbd className={styles['kbd']}>{children}</kbd>
}
