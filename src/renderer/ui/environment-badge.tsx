import type { Environment } from '../../shared/contract-constants.ts'
import styles from './environment-badge.module.css'

/** What a stack is used for, as a word with a colour. */
export function EnvironmentBadge({ environment }: { readonly environment: Environment }) {
  return <span className={`${styles['badge']} ${styles[environment]}`}>{environment}</span>
}
