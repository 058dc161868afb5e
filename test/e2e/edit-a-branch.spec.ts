import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { axeViolations } from '../axe.ts'
import { git } from '../core/node/engines/git/git.ts'
import { Keyboard } from './by-keyboard.ts'
import { startProgram } from './program.ts'
import { expect as strataExpect, test } from './strata.ts'
import { StrataWindow } from './strata-window.ts'

/** A loaded machine takes longer for 10⁵ files. */
const expect = strataExpect.configure({ timeout: 40_000 })

test.describe.configure({ timeout: 240_000 })

const FILMS = 100_000
const FOLDER = 1000

function pathOf(film: number): string {
  const [folder, name] = [Math.floor(film / FOLDER), film].map((number, index) =>
    String(number).padStart(index === 0 ? 2 : 5, '0'),
  )
  return `films/${folder}/film-${name}`
}

/** Makes a commit of all films, as another program does, and checks it out. */
async function fill(repository: string): Promise<void> {
  await mkdir(repository)
  await git(repository, 'init', '-q', '-b', 'main')
  await git(repository, 'config', 'user.name', 'Ann')
  await git(repository, 'config', 'user.email', 'ann@example.org')
  const files = Array.from({ length: FILMS }, (_, film) => {
    const plot = `Plot ${film}`
    return `M 100644 inline ${pathOf(film)}\ndata ${plot.length}\n${plot}\n`
  })
  const head = 'commit refs/heads/main\ncommitter Bob <bob@example.org> 0 +0000\ndata 5\nfilms\n'
  const args = ['-c', 'core.compression=0', 'fast-import', '--quiet']
  const importing = spawn('git', args, { cwd: repository, stdio: ['pipe', 'ignore', 'inherit'] })
  importing.stdin.end(`${head}${files.join('')}\n`)
  expect(await once(importing, 'exit')).toEqual([0, null])
  await git(repository, 'checkout', '-q', 'main')
}

/** Opens a repository with the name `films` in the window, by keyboard. */
async function openRepository(page: Page, address: string, repository: string) {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  const window = new StrataWindow(page)
  const keyboard = new Keyboard(page)
  await window.open(address)
  await keyboard.press('Alt+Shift+o')
  const dialog = page.getByRole('dialog', { name: 'Open', exact: true })
  await expect(dialog.getByRole('combobox')).toBeFocused()
  await keyboard.paste(`git:${repository}`)
  await expect(dialog.getByRole('option')).toHaveText('Git films')
  await keyboard.press('Enter')
  await expect(dialog).toBeHidden()
  return { window, keyboard }
}

test('E104 E90 E92 a repository of 10⁵ files is opened and browsed by keyboard, an edit is a commit, and a changed file is not overwritten', async ({
  page,
  folder,
}) => {
  const repository = join(folder, 'films')
  await fill(repository)
  const program = await startProgram(join(folder, 'data'), ['--port', '0'])
  try {
    const { window, keyboard } = await openRepository(page, program.address, repository)

    // A folder of folders, to its end, and a folder of files.
    const film = 42_321
    await expect(window.row('films')).toBeVisible()
    await keyboard.press('Control+Shift+e')
    await expect(window.keys).toBeFocused()
    await keyboard.press('Home', 'ArrowRight')
    await expect(window.row('00')).toBeVisible()
    await expect(window.row('films')).toHaveText('films100')
    await keyboard.press('End')
    await expect(window.row('99')).toHaveAttribute('aria-selected', 'true')
    await page.keyboard.type('42')
    await expect(window.row('42')).toHaveAttribute('aria-selected', 'true')
    await keyboard.press('ArrowRight')
    await expect(window.row('42')).toHaveText('421,000')
    await keyboard.press('ArrowRight')
    await page.keyboard.type(`film-${film}`)
    await expect(window.row(`film-${film}`)).toHaveAttribute('aria-selected', 'true')
    await keyboard.press('Enter')
    await expect(window.value).toHaveText(`Plot ${film}`)
    await keyboard.press('Alt+Shift+e')
    await keyboard.tabTo(window.value)
    await keyboard.press('Control+a')
    await keyboard.paste('edited')
    await window.save()
    const about = async (...args: readonly string[]) => git(repository, ...args)
    expect(await about('log', '-1', '--format=%an %ae %s', '--name-only')).toBe(
      `Ann ann@example.org put /${pathOf(film)}\n\n${pathOf(film)}`,
    )
    expect(await about('show', `HEAD:${pathOf(film)}`)).toBe('edited')
    expect(await about('status', '--porcelain')).toBe('')

    // Another program has changed the file without a commit.
    const file = join(repository, pathOf(film))
    await writeFile(file, 'theirs')
    await keyboard.press('Control+a')
    await keyboard.paste('mine')
    await keyboard.press('Control+s')
    const failure = page.getByRole('tabpanel').getByRole('alert')
    await expect(failure).toContainText(
      `Cannot put "/${pathOf(film)}": its file in the working tree has changes that are not committed`,
    )
    await expect(window.value).toHaveText('mine')
    expect(await readFile(file, 'utf8')).toBe('theirs')
    expect(await about('rev-list', '--count', 'HEAD')).toBe('2')

    await about('checkout', '--', pathOf(film))
    await keyboard.tabTo(window.button('Put again'))
    await keyboard.press('Enter')
    await expect(failure).toBeHidden()
    await expect(window.put).toBeDisabled()
    expect(await about('show', `HEAD:${pathOf(film)}`)).toBe('mine')
    expect(await readFile(file, 'utf8')).toBe('mine')
    // The button disappears, and the focus moves to the value.
    await expect(window.value).toBeFocused()
  } finally {
    await page.close()
    await program.stop()
  }
})

test('E115 commits of a key are viewed, compared and restored by keyboard, and those of others appear', async ({
  page,
  folder,
}) => {
  const repository = join(folder, 'films')
  const file = join(repository, 'brazil')
  await mkdir(repository)
  await git(repository, 'init', '-q', '-b', 'main')
  await git(repository, 'config', 'user.name', 'Ann')
  await git(repository, 'config', 'user.email', 'ann@example.org')
  const commit = async (text: string, message: string) => {
    await writeFile(file, text)
    await git(repository, 'add', 'brazil')
    await git(repository, 'commit', '-q', '-m', message)
    return git(repository, 'rev-parse', '--short=7', 'HEAD')
  }
  const first = await commit('first plot', 'Add Brazil')
  const second = await commit('second plot', 'Correct the plot')
  const program = await startProgram(join(folder, 'data'), ['--port', '0'])
  try {
    const { window, keyboard } = await openRepository(page, program.address, repository)
    await window.openText('/brazil')
    await expect(window.value).toHaveText('second plot')

    await keyboard.press('Alt+h')
    const versions = page.getByRole('listbox', { name: 'History' })
    const inStore = versions.getByRole('group', { name: 'In the store' })
    await expect(inStore.getByRole('option')).toHaveCount(2)
    await expect(versions).toBeFocused()
    await expect(inStore.getByRole('option').first()).toContainText(`${second} by Bob`)
    await expect(inStore.getByRole('option').first()).toContainText('Correct the plot')
    await expect(page.getByText('The value is this version')).toBeVisible()
    await keyboard.press('End')
    const chosen = versions.getByRole('option', { selected: true })
    await expect(chosen).toContainText(`${first} by Bob`)
    await expect(chosen).toContainText('Add Brazil')
    await expect(page.getByText('Now', { exact: true })).toBeVisible()
    await expect(page.getByText(new RegExp(`^${first} of `))).toBeVisible()
    expect(await axeViolations(page, { within: ['[aria-label="History of the key"]'] })).toEqual([])
    await keyboard.tabTo(window.button('View'))
    await keyboard.press('Enter')
    await expect(page.getByLabel('Version', { exact: true })).toHaveText('first plot')
    await keyboard.tabTo(window.button('Restore'))
    await keyboard.press('Enter')
    await expect(inStore.getByRole('option')).toHaveCount(3)
    expect(await git(repository, 'show', 'HEAD:brazil')).toBe('first plot')
    await expect(inStore.getByRole('option').first()).toContainText('by Ann')
    await expect(versions.getByRole('group', { name: 'Recorded' }).getByRole('option')).toHaveCount(2)

    const theirs = await commit('third plot', 'Tell the end')
    await expect(inStore.getByRole('option').first()).toContainText(`${theirs} by Bob`)
    await keyboard.tabTo(window.button('Close history'))
    await keyboard.press('Enter')
    await expect(window.value).toHaveText('third plot')
  } finally {
    await page.close()
    await program.stop()
  }
})
