import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AcceptedTokens } from '../../src/main/web/accepted-tokens.ts'
import { startWebShell } from '../../src/main/web/server.ts'
import { startProgram } from './program.ts'
import { expect, PAGE, test } from './strata.ts'
import { StrataWindow } from './strata-window.ts'

const LOST = 'The connection to Strata was lost'
const BROKEN_SOCKET = /WebSocket|ERR_CONNECTION_REFUSED/

test('a lost connection is reported, edits stay, and after "Reconnect" they can be put', async ({
  strata: { host, shell, open, window },
  folder,
  expectedErrors,
}) => {
  expectedErrors.push(BROKEN_SOCKET)
  const { page } = window
  await writeFile(join(folder, 'value.txt'), 'before')
  await open({ type: 'folder', path: folder })
  await window.openText('/value.txt')
  await window.append(', typed')
  await shell.close()
  const bar = page.getByRole('alert').filter({ hasText: LOST })
  await expect(bar).toBeVisible()
  await expect(window.status).toContainText('No connection')
  await window.append(' later')
  await window.put.click()
  await expect(page.getByRole('tabpanel').getByRole('alert')).toContainText('no connection')
  await bar.getByRole('button', { name: 'Reconnect' }).click()
  await expect(window.notifications).toContainText('Cannot reach Strata')

  const { port } = new URL(shell.address)
  const again = await startWebShell({
    host,
    pageDirectory: PAGE,
    port: Number(port),
    tokens: AcceptedTokens.only(shell.token),
  })
  try {
    await bar.getByRole('button', { name: 'Reconnect' }).click()
    await expect(bar).toBeHidden()
    await expect(window.status).not.toContainText('No connection')
    await expect.poll(() => window.text()).toBe('before, typed later')
    // The failure is over, so its bar has disappeared; the edits are still shown.
    await window.put.click()
    await expect(window.put).toBeDisabled()
    expect(await readFile(join(folder, 'value.txt'), 'utf8')).toBe('before, typed later')
    await expect(window.row('value.txt')).toBeVisible()
  } finally {
    await page.close()
    await again.close()
  }
})

test('a killed program is reported; its window, opened at the new address, restores the edits', async ({
  page,
  folder,
  expectedErrors,
}) => {
  expectedErrors.push(BROKEN_SOCKET)
  const window = new StrataWindow(page)
  const file = join(folder, 'value.txt')
  await writeFile(file, 'before')
  const data = join(folder, '.data')
  // Another program may take the default port while this one is down.
  let program = await startProgram(data, [folder, '--port', '0'])
  const { port } = new URL(program.address)
  try {
    await window.open(program.address)
    await window.openText('/value.txt')
    await window.append(', typed')
    await expect(page.getByText('Unsaved changes')).toBeVisible()
    await program.kill()
    await expect(page.getByRole('alert').filter({ hasText: LOST })).toBeVisible()
    expect(await readFile(file, 'utf8')).toBe('before')

    program = await startProgram(data, [folder, '--port', port])
    await page.goto('about:blank')
    await window.open(program.address)
    await window.openText('/value.txt')
    await window.page.getByRole('status').getByRole('button', { name: 'Restore' }).click()
    await expect.poll(() => window.text()).toBe('before, typed')
    await window.save()
    expect(await readFile(file, 'utf8')).toBe('before, typed')
  } finally {
    await page.close()
    await program.stop()
  }
})

test('P3 after a restart of the program, "Reconnect" finds it, and the window stays usable', async ({
  page,
  folder,
  expectedErrors,
}) => {
  expectedErrors.push(BROKEN_SOCKET)
  const window = new StrataWindow(page)
  const file = join(folder, 'value.txt')
  await writeFile(file, 'before')
  const data = join(folder, '.data')
  // Another program may take the default port while this one is down.
  let program = await startProgram(data, [folder, '--port', '0'])
  const { port } = new URL(program.address)
  const bar = page.getByRole('alert').filter({ hasText: LOST })
  try {
    for (const end of ['kill', 'stop'] as const) {
      if (end === 'kill') await window.open(program.address)
      await window.openText('/value.txt')
      await window.append(`, ${end}`)
      await program[end]()
      await expect(bar).toBeVisible()
      program = await startProgram(data, [folder, '--port', port])
      await bar.getByRole('button', { name: 'Reconnect' }).click()
      await expect(bar).toBeHidden()
      await window.save()
    }
    expect(await readFile(file, 'utf8')).toBe('before, kill, stop')
    // The token of the current run: a reload needs no other.
    await page.reload()
    await expect.poll(() => window.text()).toBe('before, kill, stop')
  } finally {
    await page.close()
    await program.stop()
  }
})

test('P1 open keys and edits are restored at another address', async ({ page, folder, expectedErrors }) => {
  expectedErrors.push(BROKEN_SOCKET)
  const window = new StrataWindow(page)
  const data = join(folder, '.data')
  await mkdir(join(folder, 'branch', 'below'), { recursive: true })
  await writeFile(join(folder, 'branch', 'below', 'value.txt'), 'before')
  let program = await startProgram(data, [folder])
  try {
    await window.open(program.address)
    await window.openText('/branch/below/value.txt')
    await window.append(', typed')
    await window.row('value.txt').click()
    const kept = async (text: string) => {
      // The folder is created with the first stored text.
      const files = await readdir(join(data, 'page')).catch(() => [])
      // A file that is still being written disappears with the process.
      const names = files.filter(name => name.endsWith('.json'))
      const texts = await Promise.all(names.map(name => readFile(join(data, 'page', name), 'utf8')))
      return texts.some(other => other.includes(text))
    }
    await expect.poll(() => kept('strata.draft.')).toBe(true)
    await expect.poll(() => kept('strata.tree.')).toBe(true)
    await expect.poll(() => kept('strata.tabs.')).toBe(true)
    await program.kill()
    program = await startProgram(data, [folder, '--port', '0'])
    await page.goto('about:blank')
    await window.open(program.address)
    await expect(page.getByRole('tab', { name: 'value.txt' })).toBeVisible()
    await expect(window.row('value.txt')).toBeVisible()
    await expect(page.getByRole('complementary', { name: 'Inspector' })).toContainText(
      '/branch/below/value.txt',
    )
    await page.getByRole('status').getByRole('button', { name: 'Restore' }).click()
    await expect.poll(() => window.text()).toBe('before, typed')
  } finally {
    await page.close()
    await program.stop()
  }
})
