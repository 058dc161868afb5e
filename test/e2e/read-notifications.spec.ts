import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from './strata.ts'

test('W70 W71 saved keys are reported together, long enough to be read, and can be undone later', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  await mkdir(join(folder, 'keys'))
  for (const name of ['a.txt', 'b.txt']) await writeFile(join(folder, 'keys', name), name)
  await open({ type: 'folder', path: join(folder, 'keys') })
  for (const name of ['a.txt', 'b.txt']) {
    await window.openText(`/${name}`)
    await window.append('!')
    await window.save()
  }
  const notification = window.notifications.getByRole('listitem')
  await expect(notification).toHaveCount(1)
  await expect(notification).toContainText('Saved 2 keys')
  await notification.hover()
  // Longer than it is shown without the pointer on it.
  const time = () => page.evaluate(() => performance.now())
  const begun = await time()
  await expect.poll(time).toBeGreaterThan(begun + 4_500)
  await expect(notification).toHaveCount(1)
  await page.mouse.move(0, 0)
  await expect(notification).toHaveCount(0)
  await page.keyboard.press('Control+Shift+p')
  await page.getByRole('combobox', { name: 'Command' }).fill('Undo')
  await expect(page.getByRole('option', { name: /^Undo .*b\.txt/ })).toBeVisible()
})

test('W72 a notification does not cover the focused row', async ({ strata: { open, window }, folder }) => {
  const { page } = window
  for (let index = 100; index < 160; index++) await writeFile(join(folder, `${index}.txt`), 'x')
  await open({ type: 'folder', path: folder })
  await window.goTo('/')
  const table = page.getByRole('grid', { name: 'Children' })
  await table.getByRole('row', { name: /100\.txt/ }).click()
  await page.keyboard.press('Control+c')
  const notification = window.notifications.getByRole('listitem')
  await expect(notification).toHaveCount(1)
  await page.keyboard.press('End')
  const row = table.getByRole('row', { name: /159\.txt/ })
  await expect(row).toBeVisible()
  await expect
    .poll(async () => {
      const [above, below] = [(await notification.boundingBox())!, (await row.boundingBox())!]
      return above.y + above.height <= below.y || above.x >= below.x + below.width
    })
    .toBe(true)
})
