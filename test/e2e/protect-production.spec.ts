import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from './strata.ts'
import type { StrataWindow } from './strata-window.ts'

test.beforeEach(async ({ folder }) => {
  await mkdir(join(folder, 'shop', 'orders'), { recursive: true })
  for (const name of ['a', 'b', 'c']) await writeFile(join(folder, 'shop', 'orders', name), name)
})

async function markByCommand({ page }: StrataWindow, environment: string): Promise<void> {
  await page.keyboard.press('Control+Shift+p')
  await page.getByRole('combobox', { name: 'Command' }).fill(`Mark the stack as ${environment}`)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toBeHidden()
}

async function unlock({ page }: StrataWindow): Promise<void> {
  await page.getByRole('button', { name: 'Unlock…' }).click()
  await page
    .getByRole('alertdialog', { name: 'Unlock shop?' })
    .getByRole('button', { name: 'Unlock' })
    .click()
  await expect(page.getByRole('button', { name: 'Unlock…' })).toBeHidden()
}

test('W61 W63 a stack is marked as production by menu and by command, and is then locked, also when opened again', async ({
  strata: { host, open, window },
  folder,
}) => {
  const { page } = window
  const path = join(folder, 'shop')
  await open({ type: 'folder', path })
  const overview = page.getByRole('region', { name: 'Stack overview' })
  // For development the word is shown once.
  await expect(page.getByText('development', { exact: true })).toHaveCount(1)
  await page.getByRole('banner').getByRole('button', { name: 'Environment: development' }).click()
  await page.getByRole('menuitem', { name: 'staging' }).click()
  await expect(window.status).toContainText('staging')
  await expect(page.getByRole('grid', { name: 'Saved stacks' })).toContainText('staging')
  await expect(window.button('Read-only')).toHaveAttribute('aria-pressed', 'false')

  await markByCommand(window, 'production')
  await expect(window.status).toContainText('production')
  await expect(overview.getByRole('button', { name: 'Environment: production' })).toBeVisible()
  await expect(page.getByText('shop is production and locked')).toBeVisible()
  await expect(window.button('Read-only')).toHaveAttribute('aria-pressed', 'true')

  await page.keyboard.press('Control+Shift+l')
  const question = page.getByRole('alertdialog', { name: 'Unlock shop?' })
  await question.getByRole('button', { name: 'Cancel' }).click()
  await expect(window.button('Read-only')).toHaveAttribute('aria-pressed', 'true')
  await unlock(window)
  await expect(window.button('Read-only')).toHaveAttribute('aria-pressed', 'false')

  await page.getByRole('grid', { name: 'Saved stacks' }).getByRole('row').hover()
  await window.button('Close shop').click()
  const { isReadOnly, environment } = await host.open({ type: 'folder', path })
  expect({ isReadOnly, environment }).toEqual({ isReadOnly: true, environment: 'production' })
})

test('W62 in production deletes and actions on many keys require the name, and a single delete always asks', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  const orders = join(folder, 'shop', 'orders')
  await open({ type: 'folder', path: join(folder, 'shop') })
  await markByCommand(window, 'production')
  await unlock(window)
  await window.row('orders').click()
  await page.keyboard.press('ArrowRight')
  await window.row('a').click()
  await page.keyboard.press('Control+Shift+e')
  await page.keyboard.press('Delete')
  const named = page.getByRole('alertdialog', { name: 'Delete /orders/a' })
  const field = named.getByRole('textbox', { name: 'Type “shop” to go on' })
  await expect(field).toBeFocused()
  await field.fill('shpo')
  await expect(named.getByRole('button', { name: 'Delete /orders/a' })).toBeDisabled()
  await page.keyboard.press('Enter')
  expect(await readdir(orders)).toContain('a')
  await field.fill('shop')
  await named.getByRole('checkbox').check()
  await field.press('Enter')
  await expect(named).toBeHidden()
  await expect.poll(() => readdir(orders)).toEqual(['b', 'c'])

  await window.row('b').click()
  await page.keyboard.press('Control+Shift+e')
  await page.keyboard.press('Delete')
  const plain = page.getByRole('alertdialog', { name: 'Delete key' })
  await expect(plain.getByRole('textbox')).toHaveCount(0)
  await plain.getByRole('button', { name: 'Delete key' }).click()
  await expect.poll(() => readdir(orders)).toEqual(['c'])

  // Another environment asks again.
  await markByCommand(window, 'staging')
  await markByCommand(window, 'production')
  await unlock(window)
  await window.row('orders').click()
  await page.keyboard.press('Control+Shift+e')
  await page.keyboard.press('Delete')
  const branch = page.getByRole('alertdialog', { name: 'Delete branch' })
  await branch.getByRole('button', { name: 'Delete 1 key' }).click()
  const last = page.getByRole('alertdialog', { name: 'Delete /orders and what is below it' })
  await page.keyboard.press('Escape')
  await expect(last).toBeHidden()
  expect(await readdir(orders)).toEqual(['c'])
})

test('W62 in production "Apply" requires the name', async ({ strata: { open, window }, folder }) => {
  const { page } = window
  await open({ type: 'folder', path: join(folder, 'shop') })
  await markByCommand(window, 'production')
  await page.keyboard.press('Control+e')
  const root = { kind: 'fs', path: join(folder, 'shop'), layout: 'plain' }
  const text = JSON.stringify({ strata: 1, name: 'Web shop', root })
  await window.pasteOver(page.getByRole('textbox', { name: 'Stack document' }), text)
  await page.getByRole('button', { name: 'Apply', exact: true }).click()
  const plan = page.getByRole('dialog', { name: 'Apply changes to shop' })
  await plan.getByRole('button', { name: 'Apply', exact: true }).click()
  const named = page.getByRole('alertdialog', { name: /^Apply to shop/ })
  await named.getByRole('textbox').fill('shop')
  await page.keyboard.press('Enter')
  await expect(window.status).toContainText('Web shop')
  await expect(window.status).toContainText('production')
})
