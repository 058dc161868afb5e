import { useId } from 'react'
import type { SecretsState } from '../../../shared/procedures/secrets.ts'
import fieldStyles from '../../ui/fields/field.module.css'
import { TextField } from '../../ui/fields/text-field.tsx'
import type { ConnectDraft } from './connect-draft.ts'
import styles from './connect-form.module.css'

interface SecretFieldsProps {
  /** What the password is called. */
  readonly label: string
  readonly draft: ConnectDraft
  readonly secrets: SecretsState | undefined
  readonly passphrase: string
  readonly onPassphrase: (passphrase: string) => void
  readonly onPassword: (password: string) => void
  readonly onChange: (part: Partial<ConnectDraft>) => void
}

/** A password, the name of its secret, and how long it is kept. */
export function SecretFields(props: SecretFieldsProps) {
  const { label, draft, secrets, passphrase, onPassphrase, onPassword, onChange } = props
  const id = useId()
  const known = secrets?.secrets.map(({ name }) => name) ?? []
  const isNew = draft.password !== ''
  const hasName = isNew || draft.secret !== '' || known.length > 0
  const needsPassphrase = isNew && !draft.isForRun && secrets?.isLocked === true
  return (
    <>
      <TextField
        label={label}
        value={draft.password}
        onChange={onPassword}
        isSecret
        description={
          isNew || draft.secret === ''
            ? undefined
            : `Kept as the secret ${draft.secret}. The stack contains only its name.`
        }
      />
      {hasName && (
        <div className={fieldStyles['field']}>
          <label htmlFor={`${id}-name`} className={fieldStyles['label']}>
            Name of the secret
          </label>
          <input
            id={`${id}-name`}
            className={fieldStyles['input']}
            value={draft.secret}
            list={`${id}-known`}
            spellCheck={false}
            autoComplete="off"
            onChange={({ target }) => onChange({ secret: target.value })}
          />
          <datalist id={`${id}-known`}>
            {known.map(name => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </div>
      )}
      {isNew && (
        <fieldset className={styles['keep']}>
          <legend className={fieldStyles['label']}>Keep the password</legend>
          <label className={styles['check']}>
            <input
              type="radio"
              name={`${id}-keep`}
              checked={draft.isForRun}
              onChange={() => onChange({ isForRun: true })}
            />
            Until Strata ends
          </label>
          <label className={styles['check']}>
            <input
              type="radio"
              name={`${id}-keep`}
              checked={!draft.isForRun}
              onChange={() => onChange({ isForRun: false })}
            />
            {secrets?.protection === 'keychain'
              ? 'In the keychain'
              : 'In a file, encrypted with a passphrase'}
          </label>
        </fieldset>
      )}
      {needsPassphrase && (
        <TextField
          label={secrets.protection === 'none' ? 'Choose a passphrase' : 'Passphrase of the secrets'}
          value={passphrase}
          onChange={onPassphrase}
          isSecret
        />
      )}
    </>
  )
}
