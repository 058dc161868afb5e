import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { nextTempName } from '../../../src/core/node/fs/owned-name.ts'
import { forgetRecent, rememberRecent } from '../../../src/main/host/workspace/recents.ts'
import type { Recent } from '../../../src/shared/procedures/workspace.ts'
import { nameOfKilled } from './name-of-killed.ts'
import { connect, eventually, openSession, tempFolder, testHost } from './test-host.ts'

const FILE = 'workspace.json'
const WINDOW = { x: 10, y: 20, width: 1280, height: 800, isMaximized: false, isFullScreen: false }

describe('the workspace', () => {
  it('is empty at first, and persists across a restart', async () => {
    const dataDirectory = join(await tempFolder(), 'not', 'there', 'yet')
    const first = await testHost({ dataDirectory })
    expect(first.workspace.state).toEqual({
      recents: [],
      settings: { theme: 'system', panels: {}, views: {} },
    })
    expect(first.windowState).toBeUndefined()
    const page = await connect(first)
    await page.call('workspace.updateSettings', {
      settings: { theme: 'dark', panels: { main: [20, 60, 20] } },
    })
    await page.call('workspace.updateSettings', { settings: { views: { '/a/*': 'hex' } } })
    first.windowState = WINDOW
    const folder = await tempFolder()
    await first.open({ type: 'folder', path: folder })
    const saved = first.workspace.state
    expect(saved.settings).toEqual({
      theme: 'dark',
      panels: { main: [20, 60, 20] },
      views: { '/a/*': 'hex' },
    })
    expect(saved.recents).toMatchObject([{ source: { type: 'folder', path: folder }, isReadOnly: false }])
    await first.close()
    const second = await testHost({ dataDirectory })
    expect(second.workspace.state).toEqual(saved)
    expect(second.windowState).toEqual(WINDOW)
  })

  it('is saved whole: concurrent readers see one state or another', async () => {
    const host = await testHost()
    const page = await connect(host)
    const path = join(host.dataDirectory, FILE)
    const done = new AbortController()
    const reading = (async () => {
      while (!done.signal.aborted) {
        const text = await readFile(path, 'utf8').catch(() => '{"strata":"workspace"}')
        expect(JSON.parse(text)).toMatchObject({ strata: 'workspace' })
      }
    })()
    for (let round = 0; round < 200; round++) {
      await page.call('workspace.updateSettings', { settings: { panels: { [`p${round}`]: [round] } } })
    }
    await host.close()
    done.abort()
    await reading
    const names = await readdir(host.dataDirectory)
    expect(names).toEqual([FILE])
  })

  it('H5 is readable only by its user, also if an earlier version made it readable to everyone', async ctx => {
    if (process.platform === 'win32') ctx.skip('Windows has no such permissions')
    const dataDirectory = join(await tempFolder(), 'data')
    const first = await testHost({ dataDirectory })
    const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)
    await (await connect(first)).call('workspace.updateSettings', { settings: { theme: 'dark' } })
    await first.close()
    expect([await modeOf(dataDirectory), await modeOf(join(dataDirectory, FILE))]).toEqual(['700', '600'])
    await chmod(join(dataDirectory, FILE), 0o644)
    await testHost({ dataDirectory })
    expect(await modeOf(join(dataDirectory, FILE))).toBe('600')
  })

  it('H6 leftovers of a killed save are removed at the next start', async () => {
    const dataDirectory = await tempFolder()
    const left = join(dataDirectory, `.${FILE}.${await nameOfKilled()}`)
    const running = join(dataDirectory, `.${FILE}.${nextTempName()}`)
    const other = join(dataDirectory, `.other.json.${await nameOfKilled()}`)
    await Promise.all([left, running, other].map(path => writeFile(path, 'half')))
    await testHost({ dataDirectory })
    expect((await readdir(dataDirectory)).map(name => join(dataDirectory, name)).sort()).toEqual(
      [running, other].sort(),
    )
  })

  it('many changes cause few writes', async () => {
    const host = await testHost()
    const page = await connect(host)
    const path = join(host.dataDirectory, FILE)
    const versions = new Set<string>()
    for (let round = 0; round < 100; round++) {
      await page.call('workspace.updateSettings', { settings: { panels: { main: [round] } } })
      versions.add(await readFile(path, 'utf8').catch(() => ''))
    }
    expect(versions.size).toBeLessThan(10)
    await host.close()
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ settings: { panels: { main: [99] } } })
  })

  it('every page is notified of a change', async () => {
    const host = await testHost()
    const [page, other] = [await connect(host), await connect(host)]
    const states: unknown[] = []
    const stop = host.workspace.onChange(state => states.push(state))
    await page.call('workspace.updateSettings', { settings: { theme: 'light' } })
    await eventually(() => other.eventsOf('workspaceChanged').at(-1)?.settings.theme === 'light')
    expect(states).toHaveLength(1)
    stop()
    await page.call('workspace.updateSettings', { settings: { theme: 'dark' } })
    expect(states).toHaveLength(1)
  })

  it.each([
    ['no JSON', '{ "strata": "workspace", '],
    ['nothing', ''],
    ['something else', '{"hello":"world"}'],
    ['null', 'null'],
    ['another version', '{"strata":"workspace","version":2,"recents":"other"}'],
    ['a wrong field', '{"strata":"workspace","version":1,"recents":7,"settings":{}}'],
    ['a truncated file', '{"strata":"workspace","version":1,"recents":[],"settings":{"theme":"da'],
  ])('a file with %s is set aside with a notice, never lost', async (_what, text) => {
    const dataDirectory = await tempFolder()
    await writeFile(join(dataDirectory, FILE), text)
    const host = await testHost({ dataDirectory })
    const page = await connect(host)
    const { notice, recents } = await page.call('workspace.get', {})
    expect(recents).toEqual([])
    const aside = (await readdir(dataDirectory)).find(name => name.startsWith('workspace.broken-'))
    expect(notice).toContain(aside)
    expect(await readFile(join(dataDirectory, aside as string), 'utf8')).toBe(text)
    await page.call('workspace.updateSettings', { settings: { theme: 'dark' } })
    expect((await page.call('workspace.dismissNotice', {})).notice).toBeUndefined()
    await host.close()
    const again = await testHost({ dataDirectory })
    expect(again.workspace.state).toMatchObject({ settings: { theme: 'dark' } })
    expect(again.workspace.state.notice).toBeUndefined()
  })

  it.each([
    [
      'a recent stack that cannot be sent to pages',
      '{"id":"x","name":"n","source":{"type":"document","document":{"__proto__":1,"strata":1}},"isReadOnly":false,"openedAt":1}',
      '{"theme":"dark"}',
    ],
    ['an invalid recent stack', '7', '{"theme":"dark"}'],
    ['an invalid setting', undefined, '{"theme":"dark","views":7}'],
    ['an unknown setting', undefined, '{"theme":"dark","more":7}'],
  ])('H3 %s is left out, and the rest of the file is used', async (_what, bad, settings) => {
    const dataDirectory = await tempFolder()
    const good = '{"id":"y","name":"good","source":{"type":"sample"},"isReadOnly":false,"openedAt":1}'
    const recents = bad === undefined ? good : `${bad},${good}`
    const text = `{"strata":"workspace","version":1,"recents":[${recents}],"settings":${settings}}`
    await writeFile(join(dataDirectory, FILE), text)
    const host = await testHost({ dataDirectory })
    const state = await (await connect(host, 'a WebSocket')).call('workspace.get', {})
    expect(state).toMatchObject({ recents: [{ name: 'good' }], settings: { theme: 'dark' } })
    const aside = (await readdir(dataDirectory)).find(name => name.startsWith('workspace.broken-'))
    expect(state.notice).toContain(aside)
    expect(await readFile(join(dataDirectory, aside as string), 'utf8')).toBe(text)
    await host.close()
    const again = await testHost({ dataDirectory })
    expect(again.workspace.state).toMatchObject({ recents: [{ name: 'good' }], settings: { theme: 'dark' } })
    expect(again.workspace.state.notice).toBeUndefined()
  })

  it('a broken file that is set aside never replaces one set aside before', async () => {
    const dataDirectory = await tempFolder()
    for (const text of ['one', 'two', 'three']) {
      await writeFile(join(dataDirectory, FILE), text)
      await (await testHost({ dataDirectory })).close()
    }
    const texts = await Promise.all(
      (await readdir(dataDirectory))
        .filter(name => name.includes('broken'))
        .map(name => readFile(join(dataDirectory, name), 'utf8')),
    )
    expect(texts.sort()).toEqual(['one', 'three', 'two'])
  })

  it('a folder in place of the file is set aside too', async () => {
    const dataDirectory = await tempFolder()
    await mkdir(join(dataDirectory, FILE))
    const host = await testHost({ dataDirectory })
    expect(host.workspace.state.notice).toContain('set aside')
  })

  it('a file that can be neither used nor set aside is kept, and nothing is saved', async ctx => {
    if (process.platform !== 'linux') ctx.skip('it needs a path that is just short enough for Linux')
    // The workspace's own path still fits into the system's limit, the longer one to set it aside does not.
    const dataDirectory = await deepFolder(4095 - `/${FILE}`.length - 5)
    await writeFile(join(dataDirectory, FILE), 'broken')
    const host = await testHost({ dataDirectory })
    expect(host.workspace.state.notice).toContain('nothing is saved')
    const page = await connect(host)
    await page.call('workspace.updateSettings', { settings: { theme: 'dark' } })
    await host.close()
    expect(await readFile(join(dataDirectory, FILE), 'utf8')).toBe('broken')
    expect(await readdir(dataDirectory)).toEqual([FILE])
  })

  async function deepFolder(length: number): Promise<string> {
    let path = await tempFolder()
    while (path.length < length) path += `/${'d'.repeat(Math.min(200, length - path.length - 1) || 1)}`
    await mkdir(path, { recursive: true })
    return path
  }

  it('reports that it could not be saved, and stays usable', async () => {
    const dataDirectory = await tempFolder()
    const host = await testHost({ dataDirectory: join(dataDirectory, 'data') })
    const page = await connect(host)
    await rm(join(dataDirectory, 'data'), { recursive: true })
    await writeFile(join(dataDirectory, 'data'), 'a file where the folder should be')
    await page.call('workspace.updateSettings', { settings: { theme: 'dark' } })
    await eventually(() => page.eventsOf('workspaceChanged').at(-1)?.notice !== undefined)
    expect((await page.call('workspace.get', {})).settings.theme).toBe('dark')
    expect(host.logged).toMatchObject([{ message: 'The workspace could not be saved' }])
  })

  it('refuses invalid settings', async () => {
    const page = await connect(await testHost())
    const call = page.call('workspace.updateSettings', { settings: { theme: 'pink' as never } })
    await expect(call).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })

  it('forgets a recent stack on demand', async () => {
    const host = await testHost()
    const page = await connect(host)
    await host.open({ type: 'folder', path: await tempFolder() })
    const [recent] = host.workspace.state.recents
    expect((await page.call('workspace.forgetRecent', { id: recent!.id })).recents).toEqual([])
    expect((await page.call('workspace.forgetRecent', { id: 'nothing' })).recents).toEqual([])
  })
})

describe('rememberRecent', () => {
  const opened = (path: string) => ({
    name: path,
    source: { type: 'folder', path } as const,
    isReadOnly: false,
  })
  const remember = (paths: readonly string[]) =>
    paths.reduce<Recent[]>((recents, path, index) => rememberRecent(recents, opened(path), index), [])

  it('puts the latest first, and each source once', () => {
    expect(remember(['/a', '/b', '/a']).map(recent => [recent.name, recent.openedAt])).toEqual([
      ['/a', 2],
      ['/b', 1],
    ])
  })

  it('keeps twenty', () => {
    const recents = remember(Array.from({ length: 30 }, (_, index) => `/${index}`))
    expect(recents.map(recent => recent.name)).toEqual(
      Array.from({ length: 20 }, (_, index) => `/${29 - index}`),
    )
    expect(forgetRecent(recents, recents[0]!.id)).toHaveLength(19)
  })

  it('keeps no document that is very large', () => {
    const document = { text: 'x'.repeat(300_000) }
    const large = { name: 'large', source: { type: 'document', document } as const, isReadOnly: false }
    expect(rememberRecent([], large, 0)).toEqual([])
  })
})

describe('environments', () => {
  it('W60 an environment is stored under the source of a stack, also after it is forgotten and opened by another host', async () => {
    const folder = await tempFolder()
    const dataDirectory = await tempFolder()
    const source = { type: 'folder', path: folder } as const
    const first = await testHost({ dataDirectory })
    const page = await connect(first)
    const { id, environment } = await page.call('sessions.open', { source })
    expect(environment).toBe('development')
    await page.call('sessions.setEnvironment', { session: id, environment: 'production' })
    const [recent] = first.workspace.state.recents
    expect(recent?.environment).toBe('production')
    await page.call('workspace.forgetRecent', { id: recent?.id ?? '' })
    await first.close()
    const second = await testHost({ dataDirectory })
    expect(await second.open(source)).toMatchObject({ environment: 'production', isReadOnly: true })
    expect(second.logged).toEqual([])
  })

  it('W60 a changed stack keeps its environment, and so does a stack of a file whatever its document', async () => {
    const folder = await tempFolder()
    const host = await testHost()
    const page = await connect(host)
    const { id } = await page.call('sessions.open', { source: { type: 'folder', path: folder } })
    await page.call('sessions.setEnvironment', { session: id, environment: 'staging' })
    const root = { kind: 'fs', path: folder, layout: 'plain' }
    const document = { strata: 1, name: 'Changed', root: { kind: 'read-only', store: root } }
    const applied = await page.call('sessions.apply', { session: id, document })
    expect(applied).toMatchObject({ environment: 'staging', isReadOnly: false })
    await page.call('sessions.close', { session: id })
    expect(await host.open(applied.source)).toMatchObject({ environment: 'staging' })
  })

  it('W61 a stack that becomes production is locked below the API', async () => {
    const { page, session } = await openSession(['/a'])
    await page.call('sessions.setEnvironment', { session, environment: 'production' })
    await expect(page.call('store.delete', { session, key: '/a' })).rejects.toMatchObject({
      code: 'READ_ONLY',
    })
    await page.call('sessions.setReadOnly', { session, isReadOnly: false })
    await page.call('store.delete', { session, key: '/a' })
    await page.call('sessions.setEnvironment', { session, environment: 'staging' })
    await page.call('store.put', { session, key: '/a', bytes: new Uint8Array() })
  })
})
