import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { appWindowArguments, findAppBrowser, openAppWindow } from '../../../src/main/start/app-window.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strata-window-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function executable(name: string, script = 'exit 0'): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
  return path
}

describe('findAppBrowser', () => {
  it('E40 finds Chrome before Chromium before Edge on the path, or none', async () => {
    const environment = { PATH: `relative:/nowhere:${folder}` }
    expect(await findAppBrowser('linux', environment)).toBeUndefined()
    const edge = await executable('microsoft-edge')
    expect(await findAppBrowser('linux', environment)).toEqual({ name: 'Microsoft Edge', executable: edge })
    const chromium = await executable('chromium')
    expect(await findAppBrowser('linux', environment)).toEqual({ name: 'Chromium', executable: chromium })
    const chrome = await executable('google-chrome')
    expect(await findAppBrowser('linux', environment)).toEqual({ name: 'Google Chrome', executable: chrome })
    await chmod(chrome, 0o644)
    expect(await findAppBrowser('linux', environment)).toMatchObject({ name: 'Chromium' })
  })

  it('E40 STRATA_BROWSER names the browser to use', async () => {
    const mine = await executable('mine')
    const environment = { PATH: folder, STRATA_BROWSER: mine }
    await executable('chromium')
    expect(await findAppBrowser('linux', environment)).toEqual({ name: mine, executable: mine })
    expect(await findAppBrowser('darwin', { ...environment, STRATA_BROWSER: '/nowhere' })).toBeUndefined()
  })
})

describe('the window', () => {
  const options = { address: 'http://127.0.0.1:1/x', profile: '/data/windows/1', isSuperuser: false }

  it('E42 is an application with a profile of its own; without a sandbox only as root', () => {
    const args = appWindowArguments(options)
    expect(args).toContain('--app=http://127.0.0.1:1/x')
    expect(args).toContain('--user-data-dir=/data/windows/1')
    expect(args).not.toContain('--no-sandbox')
    expect(appWindowArguments({ ...options, isSuperuser: true })).toContain('--no-sandbox')
  })

  it('E42 is open until its browser ends', async () => {
    const seen = join(folder, 'seen')
    const browser = await executable('browser', `echo "$@" > '${seen}'; exit 0`)
    const window = await openAppWindow({ name: 'x', executable: browser }, options)
    await window?.closed
    expect(await readFile(seen, 'utf8')).toContain('--app=http://127.0.0.1:1/x')
  })

  it('E42 opens no window if the browser cannot be started or fails at once', async () => {
    expect(await openAppWindow({ name: 'x', executable: '/nowhere/x' }, options)).toBeUndefined()
    const failing = await executable('failing', 'exit 21')
    expect(await openAppWindow({ name: 'x', executable: failing }, options)).toBeUndefined()
  })

  it('E42 is closed with the program', async () => {
    const browser = await executable('browser', 'exec sleep 600')
    const window = await openAppWindow({ name: 'x', executable: browser }, options)
    await window?.close()
    await window?.closed
  })
})
