import styles from './inspector.module.css'

export interface Fact {
  readonly name: string
  readonly value: string
  /** A second line: the same, more exactly. */
  readonly detail?: string
  readonly isCode?: boolean
}

export function Facts({ title, facts }: { readonly title: string; readonly facts: readonly Fact[] }) {
  return (
    <div className={styles['section']}>
      <h3 className={styles['title']}>{title}</h3>
      <dl className={styles['facts']}>
        {facts.map(({ name, value, detail, isCode = false }) => (
          <div key={name} className={styles['fact']}>
            <dt className={styles['name']}>{name}</dt>
            <dd className={isCode ? styles['code'] : styles['value']}>
              {value}
              {detail !== undefined && <span className={styles['detail']}>{detail}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
