import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startWebShell } from '../../src/main/web/server.ts'
import { startProgram } from './program.ts'
import { expect, PAGE, test } from './strata.ts'
import { StrataWindow } from './strata-window.ts'

const LOST = 'The connection to Strata was lost'
const BROKEN_SOCKET = /WebSocket|ERR_CONNECTION_REFUSED/

test('a lost connection is told, what was typed stays, and after "Reconnect" it is put', async ({
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
  const again = await startWebShell({ host, pageDirectory: PAGE, port: Number(port), token: shell.token })
  try {
    await bar.getByRole('button', { name: 'Reconnect' }).click()
    await expect(bar).toBeHidden()
    await expect(window.status).not.toContainText('No connection')
    await expect.poll(() => window.text()).toBe('before, typed later')
    await window.button('Put again').click()
    await expect(window.put).toBeDisabled()
    expect(await readFile(join(folder, 'value.txt'), 'utf8')).toBe('before, typed later')
    await expect(window.row('value.txt')).toBeVisible()
  } finally {
    await page.close()
    await again.close()
  }
})

test('a program that was killed is told; its window, opened at the new address, offers what was typed', async ({
  page,
  folder,
  expectedErrors,
}) => {
  expectedErrors.push(BROKEN_SOCKET)
  const window = new StrataWindow(page)
  const file = join(folder, 'value.txt')
  await writeFile(file, 'before')
  const data = join(folder, '.data')
  let program = await startProgram(data, [folder])
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
