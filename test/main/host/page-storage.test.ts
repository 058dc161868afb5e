import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MAX_STORED_TEXT } from '../../../src/shared/procedures/storage.ts'
import { nameOfKilled } from './name-of-killed.ts'
import { connect, eventually, tempFolder, testHost } from './test-host.ts'

const DRAFT = { name: 'strata.draft.1:/a/ü\u0000', text: 'draft \ud83d\ude00' }

describe('the storage of pages', () => {
  it('P1 persists across a restart, and changes are sent to other pages', async () => {
    const dataDirectory = await tempFolder()
    const host = await testHost({ dataDirectory })
    const [page, other] = [await connect(host), await connect(host)]
    await page.call('storage.set', DRAFT)
    await page.call('storage.set', { name: 'tabs', text: '1' })
    await page.call('storage.set', { name: 'tabs', text: '2' })
    await page.call('storage.set', { name: 'gone', text: 'x' })
    await page.call('storage.set', { name: 'gone' })
    await eventually(() => other.eventsOf('storageChanged').length === 5)
    expect(page.eventsOf('storageChanged')).toEqual([])
    expect(other.eventsOf('storageChanged').at(-1)).toEqual({ name: 'gone' })
    await host.close()
    const again = await testHost({ dataDirectory })
    const { items } = await (await connect(again, 'a WebSocket')).call('storage.load', {})
    expect(items).toEqual([DRAFT, { name: 'tabs', text: '2' }])
    expect(again.logged).toEqual([])
  })

  it('H5 is in files readable only by their user', async ctx => {
    if (process.platform === 'win32') ctx.skip('Windows has no such permissions')
    const host = await testHost()
    await (await connect(host)).call('storage.set', DRAFT)
    await host.close()
    const folder = join(host.dataDirectory, 'page')
    const [name] = await readdir(folder)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)
    expect((await stat(join(folder, name!))).mode & 0o777).toBe(0o600)
  })

  it('H5 P1 is sealed if the shell has a keychain, including earlier texts', async () => {
    const dataDirectory = await tempFolder()
    const plain = await testHost({ dataDirectory })
    await (await connect(plain)).call('storage.set', DRAFT)
    await plain.close()
    const folder = join(dataDirectory, 'page')
    const kept = async () =>
      (await Promise.all((await readdir(folder)).map(name => readFile(join(folder, name), 'utf8')))).join()
    expect(await kept()).toContain('draft')
    const keychain = {
      isProtecting: async () => true,
      seal: async (text: string) => Buffer.from(text).reverse().toString('base64'),
      unseal: async (sealed: string) => ({
        text: Buffer.from(sealed, 'base64').reverse().toString(),
        isOld: false,
      }),
    }
    const first = await testHost({ dataDirectory, keychain })
    const page = await connect(first)
    expect((await page.call('storage.load', {})).items).toEqual([DRAFT])
    await page.call('storage.set', { name: 'tabs', text: 'secret' })
    await first.close()
    expect(await kept()).not.toMatch(/draft|tabs|secret/)
    const second = await testHost({ dataDirectory, keychain })
    const { items } = await (await connect(second)).call('storage.load', {})
    expect(items).toEqual([DRAFT, { name: 'tabs', text: 'secret' }])
    await second.close()
    // Without the keychain no text is returned, and none is lost.
    const before = await kept()
    const without = await testHost({ dataDirectory })
    expect((await (await connect(without)).call('storage.load', {})).items).toEqual([])
    await without.close()
    expect(await kept()).toBe(before)
  })

  it('H3 an unusable file is kept, and the others are used', async () => {
    const dataDirectory = await tempFolder()
    const first = await testHost({ dataDirectory })
    await (await connect(first)).call('storage.set', DRAFT)
    await first.close()
    const folder = join(dataDirectory, 'page')
    await writeFile(join(folder, 'broken.json'), '{"strata":')
    await writeFile(join(folder, `.x.json.${await nameOfKilled()}`), 'half')
    const host = await testHost({ dataDirectory })
    expect((await (await connect(host)).call('storage.load', {})).items).toEqual([DRAFT])
    expect(host.logged).toHaveLength(1)
    expect(await readFile(join(folder, 'broken.json'), 'utf8')).toBe('{"strata":')
    expect(await readdir(folder)).toHaveLength(2)
  })

  it('P1 is bounded: the oldest texts are evicted, and a text that is too long is refused', async () => {
    const host = await testHost()
    const page = await connect(host)
    const text = 'x'.repeat(MAX_STORED_TEXT)
    for (let index = 0; index < 9; index++) await page.call('storage.set', { name: `n${index}`, text })
    const { items } = await page.call('storage.load', {})
    expect(items.map(({ name }) => name)).toEqual(['n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7', 'n8'])
    const tooLong = page.call('storage.set', { name: 'n', text: `${text}x` })
    await expect(tooLong).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })

  it('P2 the same source has the same session id in every run, and no id is used twice in a run', async () => {
    const path = await tempFolder()
    const [one, two] = [await testHost(), await testHost()]
    const first = await one.open({ type: 'folder', path })
    const second = await two.open({ type: 'folder', path })
    expect(second.id).toBe(first.id)
    const page = await connect(two)
    await page.call('sessions.close', { session: second.id })
    expect((await two.open({ type: 'folder', path })).id).not.toBe(second.id)
    expect((await two.open({ type: 'folder', path: await tempFolder() })).id).not.toBe(first.id)
  })
})
