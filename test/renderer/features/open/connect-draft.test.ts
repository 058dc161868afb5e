import { describe, expect, it } from 'vitest'
import {
  connectDraft,
  documentOf,
  withAddress,
  withPassword,
} from '../../../../src/renderer/features/open/connect-draft.ts'
import type { KindInfo } from '../../../../src/shared/procedures/stacks.ts'

const kind: KindInfo = {
  kind: 'redis',
  label: 'Redis',
  help: '',
  children: 'none',
  protocols: ['redis', 'rediss'],
  schema: {
    properties: { url: {}, user: {}, password: {}, tls: {}, separator: {}, readOnly: {} },
  },
}
const bare: KindInfo = { ...kind, schema: { properties: { url: {} } } }

describe('the form of a server', () => {
  it('E30 an address with user and password fills the form, and the document names a secret', () => {
    const draft = connectDraft('redis://app:hunter2@cache.example.org:6379/1', kind)
    expect(draft).toMatchObject({
      name: 'cache.example.org:6379/1',
      url: 'redis://cache.example.org:6379/1',
      user: 'app',
      password: 'hunter2',
      secret: 'app-cache.example.org',
    })
    const document = documentOf(draft, kind)
    expect(document).toEqual({
      strata: 1,
      name: 'cache.example.org:6379/1',
      root: {
        kind: 'redis',
        id: 'redis',
        url: 'redis://cache.example.org:6379/1',
        user: 'app',
        password: { secret: 'app-cache.example.org' },
      },
    })
    expect(JSON.stringify(document)).not.toContain('hunter2')
  })

  it('E11 an address pasted over another replaces its user, its password and its name too', () => {
    const draft = withAddress(connectDraft('redis://localhost', kind), 'redis://ada:s3cret@db', kind)
    expect(draft).toMatchObject({
      url: 'redis://db',
      name: 'db',
      user: 'ada',
      password: 's3cret',
      secret: 'ada-db',
    })
    const named = withAddress({ ...draft, name: 'Mine' }, 'redis://other', kind)
    expect(named).toMatchObject({ url: 'redis://other', name: 'Mine', user: 'ada', password: 's3cret' })
  })

  it('E30 a typed password gets a secret name, and keeps an existing one', () => {
    const draft = withPassword(connectDraft('redis://localhost', kind), 'x')
    expect(draft.secret).toBe('localhost')
    expect(withPassword({ ...draft, secret: 'prod' }, 'xy').secret).toBe('prod')
    expect(withPassword(connectDraft('redis://localhost', kind), '').secret).toBe('')
  })

  it('E11 encryption is an option if the address does not include it', () => {
    expect(documentOf(connectDraft('rediss://h', kind), kind)['root']).toEqual({
      kind: 'redis',
      id: 'redis',
      url: 'rediss://h',
    })
    const plain = { ...connectDraft('redis://h', kind), isEncrypted: true }
    expect(documentOf(plain, kind)['root']).toMatchObject({ tls: true })
    expect(withAddress(plain, 'redis://g', kind).isEncrypted).toBe(true)
    expect(withAddress(connectDraft('rediss://h', kind), 'redis://h', kind).isEncrypted).toBe(false)
  })

  it('E11 a kind gets only options that it has', () => {
    const draft = {
      ...connectDraft('redis://u:p@h', bare),
      isEncrypted: true,
      texts: { separator: '.', table: '' },
      isReadOnly: true,
    }
    expect(documentOf(draft, bare)['root']).toEqual({ kind: 'redis', id: 'redis', url: 'redis://h' })
  })
})
