import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Locator, Page } from '@playwright/test'
import { axeViolations } from '../axe.ts'
import { expect, test } from './strata.ts'

function card(page: Page, name: string): Locator {
  return page.getByRole('region', { name: 'Stack overview' }).getByRole('region', { name, exact: true })
}

/** The violations that axe finds in the page, serious or worse. */
async function expectNoViolation(page: Page): Promise<void> {
  expect(await axeViolations(page, { from: 'serious' })).toEqual([])
}

async function write(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), content)
  }
}

test('O45 the first page shows the contents of a folder, and its rows open by mouse and by keyboard', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  const films = Array.from({ length: 12 }, (_, index) => [`films/${index}`, '{"year":1927}'] as const)
  await write(folder, { ...Object.fromEntries(films), 'logs/today': 'x'.repeat(3000), 'notes/new': 'text' })
  await open({ type: 'folder', path: folder })

  const holds = card(page, 'What it holds')
  await expect(holds).toContainText('14keys')
  await expect(holds).toContainText('3.09 KiBin values')
  await expect(holds.getByRole('list', { name: 'Kinds of values' })).toContainText('12 JSON2 texts')

  const branches = card(page, 'Largest branches')
  const names = () => branches.getByRole('list').getByRole('button').allTextContents()
  await expect.poll(names).toEqual(['films12156 bytes', 'logs12.93 KiB', 'notes14 bytes'])
  await branches.getByRole('button', { name: 'Size', exact: true }).click()
  await expect.poll(async () => (await names())[0]).toBe('logs12.93 KiB')
  await expectNoViolation(page)

  await branches.getByRole('button', { name: '/films, 12 keys, 156 bytes' }).click()
  await expect(page.getByRole('grid', { name: 'Children' })).toBeVisible()
  await page.keyboard.press('Alt+w')

  const changed = card(page, 'Last changed').getByRole('button', { name: '/notes/new' })
  await expect(changed).toContainText(/just now|seconds ago|minutes? ago/)
  await changed.focus()
  await page.keyboard.press('Enter')
  await expect(window.value).toHaveText('text')
})

test('O45 the next steps are commands, by mouse and by keyboard', async ({ strata: { open, window } }) => {
  const { page } = window
  await open({ type: 'sample' })
  const next = card(page, 'Next')
  await next.getByRole('button', { name: 'Find a key by some of its letters' }).click()
  await expect(page.getByRole('dialog', { name: 'Go to key' })).toBeVisible()
  await page.keyboard.press('Escape')
  await next.getByRole('button', { name: 'Search inside values' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('tab', { name: /Query/ })).toBeVisible()
})

test('O63 the cards keep their positions while they are filled', async ({ strata: { open, window } }) => {
  const { page } = window
  await open({ type: 'sample' })
  await expect(card(page, 'Largest branches').getByRole('listitem').first()).toBeVisible()
  await expect(card(page, 'What it holds').getByRole('list', { name: 'Kinds of values' })).toBeVisible()
  const moved = await page.evaluate(
    () =>
      new Promise<string[]>(resolve => {
        const names: string[] = []
        const observer = new PerformanceObserver(list => {
          for (const { sources } of list.getEntries() as (PerformanceEntry & {
            sources: { node: Node | null }[]
          })[]) {
            for (const { node } of sources) {
              if (node instanceof HTMLElement && node.matches('section[aria-label]'))
                names.push(node.ariaLabel ?? '')
            }
          }
        })
        observer.observe({ type: 'layout-shift', buffered: true })
        // Buffered entries are delivered within two frames.
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(names))))
      }),
  )
  expect(moved).toEqual([])
})

test('O46 a store without keys is reported as empty, with the next steps', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  await open({ type: 'folder', path: folder })
  const empty = card(page, 'No keys yet')
  await expect(empty).toBeVisible()
  await expectNoViolation(page)
  await empty.getByRole('button', { name: 'Put a first key' }).click()
  await expect(page.getByRole('dialog', { name: 'New key' })).toBeVisible()
  await page.keyboard.press('Escape')
  await writeFile(join(folder, 'first'), 'one')
  await expect(card(page, 'What it holds')).toContainText('1key')
})

test('O47 a failure of a store is shown with its reason, and earlier results stay', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  const lost = join(folder, 'lost')
  await write(folder, { 'lost/a/b': 'one', 'lost/a/c': 'two' })
  await open({ type: 'folder', path: lost })
  await expect(card(page, 'What it holds')).toContainText('2keys')
  await rm(lost, { recursive: true })
  const failure = page.getByRole('region', { name: 'Stack overview' }).getByRole('alert')
  await expect(failure).toContainText('The keys could not be looked at')
  await expect(failure).toContainText('has disappeared')
  await expect(card(page, 'What it holds')).toContainText('2keys')
  await write(folder, { 'lost/a/d': 'three' })
  await expect(failure.getByRole('button', { name: 'Try again' })).toBeVisible()
})

test('O48 figures from a sample show its size', async ({ strata: { open, window }, folder }) => {
  const { page } = window
  const files = Array.from({ length: 1200 }, (_, index) => [`k/${index}.txt`, 'text'] as const)
  await write(folder, { ...Object.fromEntries(files), 'other/a': 'x' })
  await open({ type: 'folder', path: folder })
  const holds = card(page, 'What it holds')
  await expect(holds).toContainText('1,201keys')
  await expect(holds).toContainText('Kinds: 1,000 of 1,201 keys read.')
  await expect(holds.getByRole('list', { name: 'Kinds of values' })).toContainText('100 % texts')
})

test('O49 rows follow changes of others, but not while the pointer is on them', async ({
  strata: { open, window },
  folder,
}) => {
  const { page } = window
  await write(folder, { 'a/1': 'x', 'a/2': 'x', 'b/1': 'x' })
  await open({ type: 'folder', path: folder })
  const branches = card(page, 'Largest branches')
  const rows = branches.getByRole('list').getByRole('button')
  await expect(rows).toHaveText([/^a2/, /^b1/])
  await rows.first().hover()
  await write(folder, { 'b/2': 'x', 'b/3': 'x' })
  await expect(rows).toHaveText([/^a2/, /^b3/])
  await page.mouse.move(0, 0)
  await expect(rows).toHaveText([/^b3/, /^a2/])
})
