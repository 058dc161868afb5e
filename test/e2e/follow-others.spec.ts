import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type Strata, test } from './strata.ts'

const nameOf = (index: number): string => `file ${String(index).padStart(4, '0')}`

async function openFolder({ open }: Strata, folder: string, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, index) => writeFile(join(folder, nameOf(index)), `value ${index}`)),
  )
  await open({ type: 'folder', path: folder })
}

test('J3 rows appear and disappear with the files of other programs', async ({ strata, folder }) => {
  await openFolder(strata, folder, 3)
  const { window } = strata
  await expect(window.row(nameOf(2))).toBeVisible()
  await writeFile(join(folder, 'new'), 'theirs')
  await expect(window.row('new')).toBeVisible()
  await rm(join(folder, nameOf(0)))
  await expect(window.row(nameOf(0))).toBeHidden()
  await mkdir(join(folder, 'branch'))
  await expect(window.row('branch')).toHaveAttribute('aria-expanded', 'false')
  await rm(join(folder, 'branch'), { recursive: true })
  await expect(window.row('branch')).toBeHidden()
})

test('J3 the row under the cursor keeps its position', async ({ strata, folder }) => {
  await openFolder(strata, folder, 1000)
  const { window } = strata
  await window.row(nameOf(0)).click()
  await window.keys.focus()
  await window.page.keyboard.press('End')
  await window.page.keyboard.press('PageUp')
  const before = await activeRow(strata)
  expect(before.name).toMatch(/^file 09/)
  await writeFile(join(folder, 'a first'), 'theirs')
  await writeFile(join(folder, 'a second'), 'theirs')
  await expect(window.status).toContainText('1,002')
  expect(await activeRow(strata)).toEqual(before)
})

/** The name and the position of the focused row. */
async function activeRow({ window }: Strata): Promise<{ name: string | null; top: number | undefined }> {
  const id = (await window.keys.getAttribute('aria-activedescendant')) ?? ''
  const row = window.page.locator(`[id="${id}"]`)
  return { name: await row.getAttribute('aria-label'), top: (await row.boundingBox())?.y }
}

test('J3 a tab without edits shows what others write; one with edits reports it at once and keeps them', async ({
  strata,
  folder,
}) => {
  await openFolder(strata, folder, 2)
  const { window } = strata
  await window.openText(`/${nameOf(0)}`)
  await writeFile(join(folder, nameOf(0)), 'theirs')
  await expect.poll(() => window.text()).toBe('theirs')
  await window.append(' and mine')
  await writeFile(join(folder, nameOf(0)), 'theirs again')
  const bar = window.page.getByRole('alert').filter({ hasText: 'was changed by somebody else' })
  await expect(bar).toBeVisible()
  expect(await window.text()).toBe('theirs and mine')
})

test('J3 the Inspector and the table of a branch follow changes of others', async ({ strata, folder }) => {
  await mkdir(join(folder, 'branch'))
  await writeFile(join(folder, 'branch', 'a'), '12345')
  await openFolder(strata, folder, 1)
  const { window } = strata
  await window.goTo('/branch')
  const table = window.page.getByRole('grid', { name: 'Children' })
  await expect(table.getByRole('row', { name: /^a/ })).toContainText('5')
  await writeFile(join(folder, 'branch', 'a'), '123456789')
  await expect(table.getByRole('row', { name: /^a/ })).toContainText('9')
  await writeFile(join(folder, 'branch', 'b'), 'x')
  await expect(table.getByRole('row', { name: /^b/ })).toBeVisible()
})
