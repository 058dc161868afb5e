import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from './strata.ts'

test('an open window shows the stack that a second start of the program requests', async ({
  strata: { host, open, window },
  folder,
}) => {
  for (const name of ['one', 'two']) {
    await mkdir(join(folder, name))
    await writeFile(join(folder, name, `${name}.txt`), name)
  }
  await open({ type: 'folder', path: join(folder, 'one') })
  await expect(window.row('one.txt')).toBeVisible()
  const { id } = await host.open({ type: 'folder', path: join(folder, 'two') })
  host.show(id)
  await expect(window.row('two.txt')).toBeVisible()
  await expect(window.row('one.txt')).toBeHidden()
})
