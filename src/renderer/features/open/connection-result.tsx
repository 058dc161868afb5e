import { Check, CircleCheck, CircleX, X } from 'lucide-react'
import type { ConnectionReportInfo } from '../../../shared/procedures/sessions.ts'
import styles from './connect-form.module.css'

interface ConnectionResultProps {
  readonly report: ConnectionReportInfo | undefined
  readonly isTesting: boolean
  readonly problem: string | undefined
}

const STEPS: Readonly<Record<ConnectionReportInfo['steps'][number]['name'], string>> = {
  reach: 'Reached',
  encrypt: 'Encryption',
  'sign-in': 'Signed in',
  server: 'Version',
  topology: 'Server',
  keys: 'Keys',
  latency: 'Latency',
}

const RIGHTS: Readonly<Record<keyof ConnectionReportInfo['rights'], string>> = {
  read: 'read',
  write: 'write',
  delete: 'delete',
  expiry: 'expiry',
  liveChanges: 'live changes',
}

/** The result of a connection test. */
export function ConnectionResult({ report, isTesting, problem }: ConnectionResultProps) {
  const rights = Object.entries(RIGHTS) as [keyof typeof RIGHTS, string][]
  return (
    <section aria-label="Connection" aria-busy={isTesting} className={styles['result']}>
      <div role="status">
        {report === undefined && problem === undefined && (
          <p className={styles['dim']}>{isTesting ? 'Testing…' : 'Not tested yet.'}</p>
        )}
        {problem !== undefined && <p className={styles['failed']}>{problem}</p>}
        {report !== undefined && (
          <p className={report.ok ? styles['works'] : styles['failed']}>
            {report.ok ? <CircleCheck size={15} aria-hidden /> : <CircleX size={15} aria-hidden />}
            {report.ok ? 'It works' : 'It does not work'}
          </p>
        )}
      </div>
      {report !== undefined && (
        <dl className={styles['steps']}>
          {report.steps.map(({ name, ok, detail }) => (
            <div key={name} className={ok ? styles['step'] : styles['failed']}>
              <dt>
                {ok ? <Check size={13} aria-hidden /> : <X size={13} aria-hidden />}
                {ok || name !== 'reach' ? STEPS[name] : 'Not reached'}
              </dt>
              <dd>{detail}</dd>
            </div>
          ))}
        </dl>
      )}
      {report?.ok === true && (
        <>
          <h3 className={styles['heading']}>What may be done</h3>
          <ul className={styles['rights']}>
            {rights.map(([right, label]) => (
              <li key={right} data-allowed={report.rights[right] ?? 'unknown'}>
                {report.rights[right] === false ? (
                  <X size={12} aria-hidden />
                ) : (
                  <Check size={12} aria-hidden />
                )}
                {label}
                {report.rights[right] === false && <span className="visually-hidden"> (no)</span>}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
