import { describe, expect, it } from 'vitest'
import { keysIn } from './many/many-test.ts'
import { bytesOf, connect, eventually, openSession, textOf } from './test-host.ts'

describe('files that are put together', () => {
  it('B15 are one job and one history entry', async () => {
    const { page, session, store } = await openSession(['/a/there'])
    const { drop, job } = await page.call('files.open', { session, prefix: '/a', files: 3 })
    await page.call('files.put', { drop, key: '/a/one', bytes: bytesOf('1') })
    await page.call('files.put', { drop, key: '/a/there', bytes: bytesOf('new'), replace: true })
    const { upload } = await page.call('uploads.open', { session, key: '/a/large', drop })
    await page.call('uploads.write', { upload, bytes: bytesOf('in ') })
    await page.call('uploads.write', { upload, bytes: bytesOf('pieces') })
    await page.call('uploads.commit', { upload })
    const ended = await page.call('files.close', { drop })
    expect(ended).toMatchObject({
      id: job,
      title: 'Put 3 files into /a',
      state: 'done',
      done: 3,
      total: 3,
      bytes: 13,
    })
    expect(await keysIn(store)).toEqual(['/a/large', '/a/one', '/a/there'])
    const { undo } = await page.call('history.state', { session })
    expect(undo).toMatchObject({ entry: ended.entry, title: 'put 3 files into /a' })
    expect(await page.call('history.undo', { session })).toMatchObject({ done: 3, skipped: 0 })
    expect(await keysIn(store)).toEqual(['/a/there'])
    expect(textOf((await page.call('store.get', { session, key: '/a/there' })).bytes)).toBe('/a/there')
  })

  it('B15 a cancelled drop accepts no more files, and its puts can be undone', async () => {
    const { page, session, store } = await openSession([])
    const { drop, job } = await page.call('files.open', { session, prefix: '/', files: 2 })
    await page.call('files.put', { drop, key: '/one', bytes: bytesOf('1') })
    expect(await page.call('jobs.cancel', { job })).toMatchObject({ state: 'cancelled', done: 1 })
    const late = page.call('files.put', { drop, key: '/two', bytes: bytesOf('2') })
    await expect(late).rejects.toMatchObject({ code: 'CLOSED', key: '/two' })
    const ended = await page.call('files.close', { drop })
    expect(ended).toMatchObject({ state: 'cancelled', done: 1 })
    expect(await keysIn(store)).toEqual(['/one'])
    await page.call('history.undo', { session, entry: ended.entry })
    expect(await keysIn(store)).toEqual([])
  })

  it('B15 a drop whose page is closed ends, and can be undone', async () => {
    const { host, page, session, store } = await openSession([])
    const other = await connect(host)
    const { drop, job } = await page.call('files.open', { session, prefix: '/', files: 2 })
    await page.call('files.put', { drop, key: '/one', bytes: bytesOf('1') })
    page.pair.page.close()
    const jobOf = async () => (await other.call('jobs.list', {})).jobs.find(({ id }) => id === job)
    await eventually(async () => (await jobOf())?.state === 'done')
    await other.call('history.undo', { session, entry: (await jobOf())?.entry })
    expect(await keysIn(store)).toEqual([])
  })

  it('B15 F4 a locked session refuses a drop', async () => {
    const { page, session } = await openSession([])
    const { drop } = await page.call('files.open', { session, prefix: '/', files: 1 })
    await page.call('sessions.setReadOnly', { session, isReadOnly: true })
    const put = page.call('files.put', { drop, key: '/one', bytes: bytesOf('1') })
    await expect(put).rejects.toMatchObject({ code: 'READ_ONLY', key: '/one' })
    expect(await page.call('files.close', { drop })).toMatchObject({ state: 'done', done: 0 })
    expect((await page.call('history.state', { session })).undo).toBeUndefined()
  })
})
