import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Key } from '../../src/core/key.ts'
import { openStack } from '../../src/core/node/stack.ts'
import { startProgram } from './program.ts'
import { expect, test } from './strata.ts'
import { StrataWindow } from './strata-window.ts'

const SHARDS = ['shard-a', 'shard-b', 'shard-c', 'shard-d'] as const

const DOCUMENT = {
  strata: 1,
  name: 'Tiered over shards',
  root: {
    kind: 'tiered',
    tiers: [{ kind: 'memory' }, { kind: 'sharded', shards: SHARDS.map(path => ({ kind: 'fs', path })) }],
  },
}

/** The files that hold values, shard by shard. */
async function valueFiles(folder: string): Promise<string[][]> {
  return Promise.all(
    SHARDS.map(async shard => {
      const entries = await readdir(join(folder, shard), { recursive: true, withFileTypes: true })
      return entries
        .filter(entry => entry.isFile() && !entry.parentPath.includes('.strata'))
        .map(entry => join(entry.parentPath, entry.name))
    }),
  )
}

async function countOfValues(folder: string): Promise<number> {
  return (await valueFiles(folder)).flat().length
}

test('A2 A3 S1 a stack file: each shard folder holds its share, and a deleted key that was cached never reappears', async ({
  page,
  folder,
}) => {
  await writeFile(join(folder, 'mine.stack.json'), JSON.stringify(DOCUMENT))
  const seeded = await openStack(DOCUMENT, { baseDirectory: folder })
  for (let index = 0; index < 60; index++) {
    await seeded.store.put(Key.of('items', `Item:${index}`), new TextEncoder().encode(`value ${index}`))
  }
  await seeded.close()

  const window = new StrataWindow(page)
  let program = await startProgram(join(folder, 'data'), ['--stack', join(folder, 'mine.stack.json')])
  try {
    await window.open(program.address)
    await expect(window.status).toContainText('60 keys')
    await window.button('New key').click()
    const dialog = page.getByRole('dialog', { name: 'New key' })
    await dialog.getByRole('combobox', { name: 'Key' }).fill('/items/Item:new')
    await dialog.getByRole('textbox', { name: 'Value' }).fill('a new one')
    await dialog.getByRole('button', { name: 'Put' }).click()
    // While it closes, it still has the focus.
    await expect(dialog).toBeHidden()
    await expect(window.value).toHaveText('a new one')
    const files = await valueFiles(folder)
    expect(files.flat()).toHaveLength(61)
    for (const ofShard of files) expect(ofShard.length).toBeGreaterThan(5)

    // Reading it has filled the memory tier.
    await window.openText('/items/Item:7')
    await expect(window.value).toHaveText('value 7')
    await window.button('Delete key').click()
    await expect(window.row('Item:7')).toBeHidden()
    expect(await countOfValues(folder)).toBe(60)
    await window.button('Refresh the keys').click()
    await expectAbsent(window, '/items/Item:7')

    await program.stop()
    program = await startProgram(join(folder, 'data'), ['--stack', join(folder, 'mine.stack.json')])
    await page.goto('about:blank')
    await window.open(program.address)
    await expect(window.status).toContainText('60 keys')
    await expectAbsent(window, '/items/Item:7')
    await window.openText('/items/Item:new')
    await expect(window.value).toHaveText('a new one')
  } finally {
    await page.close()
    await program.stop()
  }
})

async function expectAbsent({ page }: StrataWindow, key: string): Promise<void> {
  await page.keyboard.press('Control+p')
  const dialog = page.getByRole('dialog', { name: 'Go to key' })
  await dialog.getByRole('combobox', { name: 'Key' }).fill(key)
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('alert')).toHaveText(`There is no key "${key}".`)
  await page.keyboard.press('Escape')
}
