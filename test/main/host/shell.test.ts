import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ShellActions } from '../../../src/main/host/handlers/shell.ts'
import type { MenuCommand } from '../../../src/shared/procedures/shell.ts'
import { connect, eventually, tempFolder, testHost } from './test-host.ts'

const COMMAND: MenuCommand = {
  id: 'file.open',
  label: 'Open folder…',
  menu: 'File',
  shortcut: 'CmdOrCtrl+O',
  isEnabled: true,
}

class RecordingShell implements ShellActions {
  readonly calls: unknown[][] = []
  picks: string | undefined = '/picked'
  invoke: (id: string) => void = () => undefined

  clipboard = ''

  clipboardText = async () => this.clipboard
  pickFolder = async () => this.#note('pickFolder')
  pickStackFile = async () => this.#note('pickStackFile')
  pickSaveLocation = async (name: string) => this.#note('pickSaveLocation', name)
  reveal = async (path: string) => void this.#note('reveal', path)
  openExternal = async (url: string) => void this.#note('openExternal', url)

  setMenu(commands: readonly MenuCommand[], onInvoke: (id: string) => void): void {
    this.#note('setMenu', commands)
    this.invoke = onInvoke
  }

  #note(...call: unknown[]): string | undefined {
    this.calls.push(call)
    return this.picks
  }
}

describe('shell.clipboardAddress', () => {
  it.each([
    ['redis://app:s3cret@host:6379/0', 'redis://app@host:6379/0'],
    [' rediss://:s3cret@host ', 'rediss://host'],
    ['redis://a%40b:x@host', 'redis://a%40b@host'],
    ['just text', undefined],
    ['', undefined],
  ])('E25 returns the address in the clipboard without its password: %s', async (held, address) => {
    const shellActions = new RecordingShell()
    shellActions.clipboard = held
    const page = await connect(await testHost({ shell: 'electron', shellActions }))
    expect(await page.call('shell.clipboardAddress', {})).toEqual(address === undefined ? {} : { address })
  })

  it('E25 returns nothing in a browser', async () => {
    const page = await connect(await testHost({ shell: 'web' }))
    expect(await page.call('shell.clipboardAddress', {})).toEqual({})
  })
})

describe('shell.hello', () => {
  it('identifies itself', async () => {
    const page = await connect(await testHost({ shell: 'web' }))
    expect(await page.call('shell.hello', { version: 1 })).toEqual({
      version: 1,
      appVersion: '1.2.3',
      shell: 'web',
      platform: process.platform,
      home: homedir(),
      corrections: [],
    })
  })

  it('H10 lists stack files without a valid stack, until a session belongs to the file', async () => {
    const host = await testHost()
    const page = await connect(host)
    const path = join(await tempFolder(), 'mine.stack.json')
    host.offerCorrection(path)
    expect((await page.call('shell.hello', { version: 1 })).corrections).toEqual([path])
    const document = { strata: 1, root: { kind: 'memory' } }
    await page.call('sessions.open', { source: { type: 'document', document, path } })
    expect((await page.call('shell.hello', { version: 1 })).corrections).toEqual([])
  })

  it.each([0, 2, 99])('refuses a page of version %i', async version => {
    const page = await connect(await testHost())
    await expect(page.call('shell.hello', { version })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('reload the page') as string,
    })
  })
})

describe('a shell without dialogs', () => {
  it.each([
    ['shell.pickFolder', {}],
    ['shell.pickStackFile', {}],
    ['shell.pickSaveLocation', { name: 'x' }],
    ['shell.reveal', { path: '/x' }],
    ['shell.openExternal', { url: 'https://example.org' }],
    ['shell.setMenu', { commands: [] }],
  ] as const)('answers %s with UNSUPPORTED', async (name, input) => {
    const page = await connect(await testHost())
    await expect(page.call(name, input as never)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })
})

describe('a desktop shell', () => {
  it('receives the requests of the page', async () => {
    const shellActions = new RecordingShell()
    const page = await connect(await testHost({ shell: 'electron', shellActions }))
    expect(await page.call('shell.pickFolder', {})).toEqual({ path: '/picked' })
    expect(await page.call('shell.pickStackFile', {})).toEqual({ path: '/picked' })
    expect(await page.call('shell.pickSaveLocation', { name: 'x.txt' })).toEqual({ path: '/picked' })
    await page.call('shell.reveal', { path: '/x' })
    await page.call('shell.openExternal', { url: 'https://example.org/' })
    shellActions.picks = undefined
    expect(await page.call('shell.pickFolder', {})).toEqual({})
    expect(shellActions.calls).toEqual([
      ['pickFolder'],
      ['pickStackFile'],
      ['pickSaveLocation', 'x.txt'],
      ['reveal', '/x'],
      ['openExternal', 'https://example.org/'],
      ['pickFolder'],
    ])
  })

  it('shows the menu, and sends chosen items to the page that set it', async () => {
    const shellActions = new RecordingShell()
    const host = await testHost({ shell: 'electron', shellActions })
    const [page, other] = [await connect(host), await connect(host)]
    await page.call('shell.setMenu', { commands: [COMMAND] })
    expect(shellActions.calls).toEqual([['setMenu', [COMMAND]]])
    shellActions.invoke('file.open')
    await eventually(() => page.eventsOf('commandInvoked').length > 0)
    expect(page.eventsOf('commandInvoked')).toEqual([{ id: 'file.open' }])
    await other.call('sessions.list', {})
    expect(other.eventsOf('commandInvoked')).toEqual([])
    page.pair.page.close()
    await eventually(() => {
      shellActions.invoke('file.open')
      return true
    })
    expect(host.logged).toEqual([])
  })

  it.each(['http://example.org', 'file:///etc/passwd', 'javascript:alert(1)', 'nonsense', ''])(
    'does not open %j',
    async url => {
      const shellActions = new RecordingShell()
      const page = await connect(await testHost({ shell: 'electron', shellActions }))
      await expect(page.call('shell.openExternal', { url })).rejects.toMatchObject({ code: 'BAD_INPUT' })
      expect(shellActions.calls).toEqual([])
    },
  )
})
