import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { Key } from '../../src/core/key.ts'
import { openStack } from '../../src/core/node/stack.ts'
import { openSources } from '../../src/main/sources.ts'
import { expect, type Strata, test } from './strata.ts'

interface Scene {
  readonly page: Page
  readonly document: Locator
  readonly apply: Locator
  readonly problems: Locator
  /** Replaces the document. */
  write(text: string): Promise<void>
  /** Requests the plan of the change, and applies the change. */
  applyPlan(): Promise<void>
}

/** Edits the stack of a file: a memory tier over a folder with one key. */
async function edit({ open, window }: Strata, folder: string): Promise<Scene> {
  const { page } = window
  await mkdir(join(folder, 'data'))
  await writeFile(join(folder, 'data', 'here.txt'), 'old')
  const file = join(folder, 'mine.stack.json')
  await writeFile(file, documentOf({ kind: 'memory' }, { kind: 'fs', path: 'data', layout: 'plain' }))
  await open({ type: 'stackFile', path: file })
  await expect(window.row('here.txt')).toBeVisible()
  await page.keyboard.press('Control+e')
  const document = page.getByRole('textbox', { name: 'Stack document' })
  await expect(document).toBeVisible()
  const apply = page.getByRole('button', { name: 'Apply', exact: true })
  const plan = page.getByRole('dialog', { name: 'Apply changes to Mine' })
  return {
    page,
    document,
    apply,
    async applyPlan() {
      await apply.click()
      await plan.getByRole('button', { name: 'Apply', exact: true }).click()
      await expect(plan).toBeHidden()
      await expect(apply).toBeFocused()
    },
    problems: page.getByRole('list', { name: 'Problems' }),
    write: text => window.pasteOver(document, text),
  }
}

function documentOf(...tiers: readonly object[]): string {
  return JSON.stringify({ strata: 1, name: 'Mine', root: { kind: 'tiered', tiers } }, null, 2)
}

/** The previous stack still answers, also to a put. */
async function expectToServe({ window }: Strata, folder: string): Promise<void> {
  await window.openText('/here.txt')
  await window.typeOver('new')
  await window.save()
  expect(await readFile(join(folder, 'data', 'here.txt'), 'utf8')).toBe('new')
}

test('a broken document cannot be applied, and the stack stays in use', async ({ strata, folder }) => {
  const { apply, problems, write, page } = await edit(strata, folder)
  await write('{ "strata": 1, "root": ')
  await expect(page.getByText('The text is not valid JSON')).toBeVisible()
  await expect(problems.getByRole('button')).toHaveCount(1)
  await expect(apply).toBeDisabled()
  await expectToServe(strata, folder)
})

test('an unknown kind is reported at its node, with the available kinds, and is refused when applied', async ({
  strata,
  folder,
}) => {
  const { apply, problems, write, page } = await edit(strata, folder)
  await write(documentOf({ kind: 'memroy' }, { kind: 'fs', path: 'data', layout: 'plain' }))
  const problem = problems.getByRole('button', { name: /memroy · Kind/ })
  await expect(problem).toContainText(/memroy.*memory/)
  await apply.click()
  await expect(
    page.getByRole('alert').filter({ hasText: 'The stack that was open keeps running' }),
  ).toBeVisible()
  await expectToServe(strata, folder)
})

test('an unknown option, or one of a wrong type, is reported at its field', async ({ strata, folder }) => {
  const { problems, write } = await edit(strata, folder)
  await write(documentOf({ kind: 'memory' }, { kind: 'fs', path: 7, layout: 'plian', colour: 'red' }))
  for (const path of [/Folder · Path/, /Folder · Layout/, /Folder · colour/]) {
    await expect(problems.getByRole('button', { name: path })).toBeVisible()
  }
})

test('X10 O59 a missing folder is refused when it is applied, at its node, and the stack stays in use', async ({
  strata,
  folder,
}) => {
  const { applyPlan, write, page } = await edit(strata, folder)
  await write(documentOf({ kind: 'memory' }, { kind: 'fs', path: 'nowhere', layout: 'plain' }))
  await applyPlan()
  const failure = page.getByRole('alert').filter({ hasText: 'The stack that was open keeps running' })
  await expect(failure).toContainText(/Folder · Path: .*no such folder/)
  await expect(page.getByRole('list', { name: 'Problems' })).toContainText('Folder · Path')
  await expectToServe(strata, folder)
  await page.getByRole('tab', { name: /^Stack/ }).click()
  await write(
    documentOf({ kind: 'memory' }, { kind: 'fs', path: 'data', layout: 'plain', durability: 'full' }),
  )
  await applyPlan()
  await expect(page.getByText('Running as shown')).toBeVisible()
})

test('X8 an applied stack replaces the old one, and its keys are shown', async ({ strata, folder }) => {
  const { applyPlan, write, page } = await edit(strata, folder)
  await mkdir(join(folder, 'other'))
  await writeFile(join(folder, 'other', 'there.txt'), 'there')
  await write(documentOf({ kind: 'memory' }, { kind: 'fs', path: 'other', layout: 'plain' }))
  await applyPlan()
  await expect(page.getByText('Running as shown')).toBeVisible()
  await expect(strata.window.row('there.txt')).toBeVisible()
  await expect(strata.window.row('here.txt')).toBeHidden()
  await expect(page.getByText('Not saved to mine.stack.json')).toBeVisible()
  await page.keyboard.press('Control+s')
  await expect(page.getByText('Saved in mine.stack.json')).toBeVisible()
  expect(await readFile(join(folder, 'mine.stack.json'), 'utf8')).toContain('"path": "other"')
})

test('X6 X11 a plan shows how many keys move to another shard, and they move once it is applied', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  const stack = (...shards: readonly string[]) => ({
    strata: 1,
    name: 'Spread',
    root: {
      kind: 'sharded',
      label: 'Shards',
      shards: shards.map(name => ({ kind: 'fs', path: join(folder, name) })),
    },
  })
  const seeded = await openStack(stack('a', 'b'))
  for (let index = 0; index < 40; index++) {
    await seeded.store.put(Key.of(`key-${index}`), new Uint8Array([index]))
  }
  const plan = await seeded.plan(stack('a', 'b', 'c'))
  await seeded.close()
  const [{ keys } = { keys: 0 }] = plan.misplaced
  expect(keys).toBeGreaterThan(0)

  await open({ type: 'document', document: stack('a', 'b') })
  await page.keyboard.press('Control+e')
  const document = page.getByRole('textbox', { name: 'Stack document' })
  await window.pasteOver(document, JSON.stringify(stack('a', 'b', 'c'), null, 2))
  await page.keyboard.press('Control+Enter')
  const dialog = page.getByRole('dialog', { name: 'Apply changes to Spread' })
  const action = dialog.getByRole('button', { name: `Apply and move ${keys} keys` })
  await expect(action).toBeFocused()
  await expect(dialog.getByRole('group', { name: 'Opens' })).toContainText(join(folder, 'c'))
  await expect(dialog.getByRole('group', { name: 'Changes' })).toContainText('2 → 3 shards')
  await expect(dialog.getByRole('group', { name: 'Closes' })).toContainText('Nothing')
  await expect(dialog).toContainText(`${keys} of 40 keys in Shards belong to another shard afterwards.`)
  await page.keyboard.press('Enter')
  await expect(page.getByText('Running as shown')).toBeVisible()
  const files = async () => (await readdir(join(folder, 'c'))).filter(name => !name.startsWith('.')).length
  await expect.poll(files).toBe(keys)
  await expect(window.status).toContainText('40 keys')
})

test('X11 values that only memory holds are lost only after confirmation', async ({
  strata: { open, window },
}) => {
  const { page } = window
  const stack = (maxEntries: number) => ({
    strata: 1,
    name: 'Notes',
    root: { kind: 'memory', label: 'Scratch', maxEntries },
  })
  await open({ type: 'document', document: stack(100) })
  await page.keyboard.press('Alt+n')
  await page.getByRole('combobox', { name: 'Key' }).fill('/note')
  await page.getByRole('dialog').getByRole('button', { name: 'Put' }).click()
  await expect(window.row('note')).toBeVisible()
  await page.keyboard.press('Control+e')
  const document = page.getByRole('textbox', { name: 'Stack document' })
  await window.pasteOver(document, JSON.stringify(stack(20), null, 2))
  await page.keyboard.press('Control+Enter')
  const question = page.getByRole('alertdialog', { name: 'Apply changes to Notes' })
  await expect(question).toContainText('at most 100 → 20 entries')
  await expect(question).toContainText('1 value that only memory holds would be gone, in Scratch.')
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await page.keyboard.press('Escape')
  await expect(question).toBeHidden()
  await expect(document).toBeFocused()
  await expect(window.row('note')).toBeVisible()
  await page.keyboard.press('Control+Enter')
  await question.getByRole('button', { name: 'Apply and lose 1 value' }).click()
  await expect(page.getByText('Running as shown')).toBeVisible()
  await expect(window.row('note')).toBeHidden()
})

test('P1 an edit that was not applied is restored after a reload, and gone once discarded', async ({
  strata,
  folder,
}) => {
  const { write, page, document, apply } = await edit(strata, folder)
  await mkdir(join(folder, 'other'))
  await write(documentOf({ kind: 'memory' }, { kind: 'fs', path: 'other', layout: 'plain' }))
  await expect(apply).toBeEnabled()
  await page.reload()
  await expect(document).toContainText('"path": "other"')
  await expect(apply).toBeEnabled()
  await strata.window.tab(/^Stack: Mine/).click()
  await page.keyboard.press('Alt+w')
  await page.getByRole('button', { name: 'Discard', exact: true }).click()
  await expect(document).toBeHidden()
  await page.reload()
  await expect(strata.window.row('here.txt')).toBeVisible()
  await expect(document).toBeHidden()
  await page.keyboard.press('Control+e')
  await expect(document).toContainText('"path": "data"')
})

test('H10 an invalid stack file is refused with its path, and opens only in the editor', async ({
  strata: { shell, window },
  folder,
}) => {
  const { page } = window
  await writeFile(join(folder, 'odd.stack.json'), '{ "strata": 1, "root": { "kind": "fs" } }')
  await page.goto(shell.address)
  await expect(page.getByRole('region', { name: 'Welcome' })).toBeVisible()
  await page.keyboard.press('Control+Shift+o')
  const dialog = page.getByRole('dialog', { name: 'Open stack file' })
  await dialog.getByRole('combobox', { name: 'Path' }).fill(join(folder, 'odd.stack.json'))
  await page.keyboard.press('Enter')
  await expect(window.notifications).toContainText('Folder · Path: it is missing')
  const problems = page.getByRole('list', { name: 'Problems' })
  await expect(problems.getByRole('button', { name: /Folder · Path/ })).toBeVisible()
  await expect(page.getByRole('tab', { name: /odd\.stack\.json/ })).toBeVisible()
  await expect(page.getByRole('tree', { name: 'Keys' })).toBeHidden()
})

test('H10 a broken stack file opens in the editor with its problem, is corrected, and opens', async ({
  strata: { host, shell, window },
  folder,
}) => {
  const { page } = window
  const file = join(folder, 'broken.stack.json')
  await mkdir(join(folder, 'data'))
  await writeFile(join(folder, 'data', 'here.txt'), 'old')
  await writeFile(file, JSON.stringify({ strata: 1, root: { kind: 'shraded' } }))
  expect(await openSources(host, [{ type: 'stackFile', path: file }])).toHaveLength(1)
  await page.goto(shell.address)
  const problem = page.getByRole('list', { name: 'Problems' }).getByRole('button', { name: /shraded · Kind/ })
  await expect(problem).toContainText(/shraded.*sharded/)
  await expect(page.getByRole('tree', { name: 'Keys' })).toBeHidden()
  const document = page.getByRole('textbox', { name: 'Stack document' })
  await window.pasteOver(document, documentOf({ kind: 'fs', path: 'data', layout: 'plain' }))
  await page.getByRole('button', { name: 'Apply', exact: true }).click()
  await expect(window.row('here.txt')).toBeVisible()
})

test('P1 corrections of a broken stack file are restored after a reload, and removed once applied', async ({
  strata: { host, shell, window },
  folder,
}) => {
  const { page } = window
  const file = join(folder, 'broken.stack.json')
  await mkdir(join(folder, 'data'))
  await writeFile(file, JSON.stringify({ strata: 1, root: { kind: 'shraded' } }))
  await openSources(host, [{ type: 'stackFile', path: file }])
  await page.goto(shell.address)
  const document = page.getByRole('textbox', { name: 'Stack document' })
  const problems = page.getByRole('list', { name: 'Problems' })
  const tabs = page.getByRole('tab', { name: /^Stack: / })
  await expect(problems).toContainText('shraded')
  const data = { kind: 'fs', path: 'data', layout: 'plain' }
  await window.pasteOver(document, documentOf(data))
  await expect(problems).toBeHidden()
  await page.reload()
  await expect(document).toContainText('"path": "data"')
  await expect(tabs).toHaveCount(1)
  await page.getByRole('button', { name: 'Apply', exact: true }).click()
  await expect(page.getByText('Running as shown')).toBeVisible()
  await window.pasteOver(document, documentOf({ kind: 'memory' }, data))
  await expect(page.getByText('Running as shown')).toBeHidden()
  await page.reload()
  await expect(document).toContainText('"memory"')
  await expect(tabs).toHaveCount(1)
})

test('W42 kinds that cannot be chosen show why, options without an effect are hidden, and problems name nodes', async ({
  strata,
  folder,
}) => {
  const { problems, write, page } = await edit(strata, folder)
  const [first, second] = ['data', 'data/'].map(path => ({ kind: 'fs', path, layout: 'plain' }))
  await write(documentOf({ ...first, label: 'Upper' }, { ...second, label: 'Lower' }))
  const problem = problems.getByRole('button', { name: /the same folder as that of "Upper"/ })
  await expect(problem.getByText('Lower · Path')).toBeVisible()
  await problem.click()
  const options = page.getByRole('region', { name: 'Options' })
  await expect(options.getByLabel('Layout')).toHaveValue('"plain"')
  await expect(options.getByLabel('Sharding')).toBeHidden()
  await options.getByLabel('Layout').selectOption({ label: 'flatfs' })
  await expect(options.getByLabel('Sharding')).toBeVisible()
  const tree = page.getByRole('tree', { name: 'Stack' })
  await expect(tree.locator('[role=treeitem]:not([aria-disabled]) [data-kind=fs]')).toHaveCount(2)
  await tree.getByRole('treeitem').first().click()
  const memory = options.getByLabel('Kind').locator('option', { hasText: /^Memory/ })
  await expect(memory).toHaveText('Memory: it takes no nodes, and there are 2 in this one')
  await expect(memory).toBeDisabled()
})

test('W97 an invalid stack file opened by its path is shown in the editor, and no dialog covers it', async ({
  strata: { open, window },
  folder,
  expectedErrors,
}) => {
  expectedErrors.push(/CONFIG_INVALID|no option/)
  const { page } = window
  const file = join(folder, 'wrong.stack.json')
  await writeFile(file, documentOf({ kind: 'memory', colour: 'red' }))
  await open({ type: 'sample' })
  await page.keyboard.press('Alt+Shift+o')
  const dialog = page.getByRole('dialog', { name: 'Open', exact: true })
  await dialog.getByRole('combobox').fill(file)
  await expect(dialog.getByRole('option', { name: /wrong/ })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  await expect(page.getByRole('list', { name: 'Problems' })).toContainText('no option "colour"')
})
