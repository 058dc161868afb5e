import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startProgram } from './program.ts'
import { expect, test } from './strata.ts'
import { StrataWindow } from './strata-window.ts'

test('the program without arguments opens the sample, and describes its parts in order', async ({
  page,
  folder,
}) => {
  const program = await startProgram(folder, [])
  const window = new StrataWindow(page)
  try {
    await window.open(program.address)
    const overview = page.getByRole('region', { name: 'Stack overview' })
    await expect(
      overview.getByRole('list', { name: 'Stores, from the top down' }).getByRole('listitem'),
    ).toContainText([
      /Tiers.*Tiered/,
      /Cache.*Memory/,
      /Shards.*Sharded/,
      /Shard A.*Folder/,
      /Shard B.*Folder/,
    ])
    await expect(window.status).toContainText(/Sample.*\d{3} keys/)
    await window.row('readme').click()
    await expect(window.value).toContainText('Shards split')
    const shards = ['shard-a', 'shard-b'].map(name => join(folder, 'sample', name))
    for (const shard of shards) expect((await readdir(shard)).length).toBeGreaterThan(1)
  } finally {
    await page.close()
    await program.stop()
  }
})

test('a film is a value and a branch at once, and its price is changed without touching the other numbers', async ({
  strata: { open, window },
}) => {
  await open({ type: 'sample' })
  await window.goTo('/films/Film:Metropolis')
  const row = window.row('Film:Metropolis')
  await expect(row).toHaveAttribute('aria-description', 'value and branch')
  await expect(row).toHaveAttribute('aria-expanded', 'false')
  await expect(window.value).toContainText('"Metropolis"')
  const before = await window.text()
  expect(before).toMatch(/: \d+\.\d0/)
  const etag = window.inspector.getByRole('definition').last()
  const old = (await etag.textContent()) ?? ''
  for (const name of ['Size', 'Modified', 'ETag']) {
    await expect(window.inspector.getByRole('term').filter({ hasText: name })).toBeVisible()
  }
  await window.append(' ')
  await window.save()
  await expect(etag).not.toHaveText(old)
  await window.tab('Film:Metropolis').locator('[title=Close]').click()
  await window.goTo('/films/Film:Metropolis')
  await expect.poll(() => window.text()).toBe(`${before} `)
})

test('a branch opens as a table of its children', async ({ strata: { open, window } }) => {
  await open({ type: 'sample' })
  await window.row('notes').click()
  await window.page.keyboard.press('Alt+Enter')
  const table = window.page.getByRole('grid', { name: 'Children' })
  await expect(table.getByRole('row')).toHaveCount(7)
  await expect(table.getByRole('row').nth(1)).toContainText(/100% sure\?.*value.*4 bytes/)
  await table.getByRole('button', { name: 'to do' }).click()
  await expect(window.value).toContainText('call the lab')
})

test('status bar and Inspector follow puts and deletes', async ({ strata: { open, window } }) => {
  await open({ type: 'sample' })
  await expect(window.status).toContainText(/\d+ keys/)
  const counted = Number(/(\d+) keys/.exec((await window.status.textContent()) ?? '')?.[1])
  await window.button('New key').click()
  const dialog = window.page.getByRole('dialog', { name: 'New key' })
  await dialog.getByRole('combobox', { name: 'Key' }).fill('/notes/new')
  await dialog.getByRole('textbox', { name: 'Value' }).fill('12345')
  await dialog.getByRole('button', { name: 'Put' }).click()
  await expect(window.inspector.getByRole('definition').getByText('5 bytes')).toBeVisible()
  await expect(window.status).toContainText(`${counted + 1} keys`)
  await window.button('Delete key').click()
  await expect(window.status).toContainText(`${counted} keys`)
})
