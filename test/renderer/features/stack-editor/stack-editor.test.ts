import type { Browser, Page } from '@playwright/test'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { axeViolations } from '../../../axe.ts'
import { launchChromium, noChromium } from '../../../chromium.ts'
import type { HarnessOptions } from './harness/bridge.ts'
import { type OpenEditor, openEditor } from './harness/open-editor.ts'
import { serveHarness } from './harness/serve.ts'

const TIERED = `{
  "strata": 1,
  "name": "Mine",
  "root": {
    "kind": "tiered",
    "tiers": [
      { "kind": "memory" },
      { "kind": "fs", "path": "data", "layout": "odd" }
    ]
  }
}
`

const SHARDS = `{
  "strata": 1,
  "name": "Mine",
  "root": {
    "kind": "sharded",
    "shards": [
      { "kind": "fs", "path": "a" },
      { "kind": "fs", "path": "b" },
      { "kind": "fs", "path": "c" }
    ]
  }
}
`

const MOUNTED = `{
  "strata": 1,
  "name": "Mine",
  "root": {
    "kind": "mount",
    "mounts": {
      "/scratch": { "kind": "memory", "label": "Scratch", "maxEntries": 100 },
      "/films": { "kind": "fs", "label": "Films", "path": "films" }
    }
  }
}
`

describe.skipIf(noChromium !== undefined)('StackEditor in Chromium', { timeout: 120_000 }, () => {
  let browser: Browser
  let server: Awaited<ReturnType<typeof serveHarness>>
  const opened: OpenEditor[] = []

  beforeAll(async () => {
    server = await serveHarness()
    browser = await launchChromium()
  }, 120_000)

  afterAll(async () => {
    await browser.close()
    await server.close()
  })

  afterEach(async () => {
    for (const { page, errors } of opened.splice(0)) {
      const { violations } = await page.evaluate(() => window.strataSeen)
      await page.context().close()
      expect(violations).toEqual([])
      expect(errors).toEqual([])
    }
  })

  async function open(options: HarnessOptions, view?: Parameters<typeof openEditor>[3]): Promise<OpenEditor> {
    const editor = await openEditor(browser, server.url, options, view)
    opened.push(editor)
    return editor
  }

  it('X1 a memory tier over four sharded folders is built and applied by keyboard only', async () => {
    const { page, host } = await open({ text: '' })
    await focused(page, 'button', 'One folder')
    await press(page, 'ArrowUp', 'Enter')
    await focused(page, 'combobox', 'Kind')
    await page.keyboard.type('Tiered')
    await press(page, 'Escape')
    await press(page, '+')
    await focused(page, 'menuitem', 'Memory')
    await press(page, 'Enter')
    await focused(page, 'tree', 'Stack')
    await press(page, '+')
    await focused(page, 'menuitem', 'Another Memory')
    await page.keyboard.type('sharded')
    await focused(page, 'menuitem', 'Sharded')
    await press(page, 'Enter')
    await focused(page, 'tree', 'Stack')
    await press(page, '+')
    await focused(page, 'menuitem', 'Memory')
    await page.keyboard.type('folder')
    await focused(page, 'menuitem', 'Folder')
    await press(page, 'Enter')
    await focused(page, 'textbox', 'Path')
    await page.keyboard.type('data/shard-1')
    await press(page, 'Enter')
    for (let shard = 2; shard <= 4; shard++) {
      await focused(page, 'tree', 'Stack')
      await press(page, '+')
      await focused(page, 'menuitem', 'Another Folder')
      await press(page, 'Enter')
      await row(page, `Folder data/shard-${shard}`).waitFor()
    }
    await press(page, 'Control+Enter')
    await page.getByText('Running as shown').waitFor()
    expect(host.applied).toMatchObject([
      {
        root: {
          kind: 'tiered',
          tiers: [
            { kind: 'memory' },
            {
              kind: 'sharded',
              shards: [1, 2, 3, 4].map(shard => ({ kind: 'fs', path: `data/shard-${shard}` })),
            },
          ],
        },
      },
    ])
  })

  it('X1 tree, form and text show one draft, and undo covers the edits of all three', async () => {
    const { page } = await open({ text: TIERED })
    await row(page, 'Folder data').click()
    await page.getByLabel('Layout').selectOption('plain')
    await expectText(page, text => text === TIERED.replace('"odd"', '"plain"'))
    await page.getByLabel('Path').fill('elsewhere')
    await row(page, 'Folder elsewhere').waitFor()
    await row(page, 'Memory').click()
    await press(page, 'Alt+ArrowDown')
    await expectText(page, text => text.indexOf('memory') > text.indexOf('elsewhere'))
    await page.getByRole('textbox', { name: 'Stack document' }).click()
    await press(page, 'Control+Home', 'Control+End')
    await page.keyboard.type(' ')
    const undone = ['elsewhere', 'memory', '"data"', '"odd"']
    await press(page, 'Control+z')
    await press(page, 'Control+z')
    await expectText(page, text => text.indexOf('memory') < text.indexOf(undone[0]!))
    await press(page, 'Control+z')
    await expectText(page, text => text.includes('"data"') && text.includes('"plain"'))
    await press(page, 'Control+z')
    await expectText(page, text => text === TIERED)
    await press(page, 'Control+Shift+z')
    await expectText(page, text => text === TIERED.replace('"odd"', '"plain"'))
  })

  it('X1 a problem is shown at the field, at the node, in the text and in the list, which links to it', async () => {
    const { page } = await open({ text: TIERED })
    await row(page, /Folder data · odd.*1 problem/).waitFor()
    await page
      .getByRole('list', { name: 'Problems' })
      .getByRole('button', { name: /Folder · Layout/ })
      .click()
    await focused(page, 'combobox', 'Layout')
    const field = page.getByLabel('Layout')
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    expect(await describedBy(field)).toContain('use one of')
    expect(await page.locator('.cm-lintRange-error').innerText()).toBe('"odd"')
    await press(page, 'Escape', 'Home', 'F8')
    await focused(page, 'combobox', 'Layout')
  })

  it('X1 while the text is not JSON, tree and form stay unchanged and read-only', async () => {
    const { page } = await open({ text: TIERED })
    await page.getByRole('textbox', { name: 'Stack document' }).click()
    await press(page, 'Control+Home')
    await page.keyboard.type('x')
    await page.getByText('The text is not valid JSON').waitFor()
    await row(page, 'Memory').click()
    expect(await page.getByLabel('Kind').isDisabled()).toBe(true)
    expect(await page.getByRole('button', { name: 'Apply' }).isDisabled()).toBe(true)
    await press(page, 'Delete', '+')
    await row(page, 'Memory').waitFor()
    await press(page, 'Control+z')
    await page.getByText('The text is not valid JSON').waitFor({ state: 'detached' })
    await expectText(page, text => text === TIERED)
  })

  it('X1 a stack that cannot be opened shows the reason at its position, and the open one stays in use', async () => {
    const text = TIERED.replace('"odd"', '"plain"')
    const { page, host } = await open({ text, isOpen: true })
    await row(page, 'Folder data').click()
    await page.getByLabel('Path').fill('missing')
    await apply(page)
    await page.getByRole('alert').filter({ hasText: 'The stack that was open keeps running' }).waitFor()
    expect(await describedBy(page.getByLabel('Path'))).toContain('no such folder "missing"')
    expect(await page.evaluate(() => window.strataSeen)).toMatchObject({ applied: [], isDirty: true })
    await page.getByLabel('Path').fill('found')
    await page.getByText('no such folder').first().waitFor({ state: 'detached' })
    await apply(page)
    await page.getByText('Running as shown').waitFor()
    expect(host.calls.filter(name => name === 'sessions.apply')).toHaveLength(2)
    expect(await page.evaluate(() => window.strataSeen)).toMatchObject({ applied: ['Mine'], isDirty: false })
  })

  it('X6 X14 a plan lists which nodes open, change, stay and close, and Enter applies it', async () => {
    const { page, host } = await open({ text: SHARDS, isOpen: true })
    await row(page, 'Folder c').click()
    await press(page, 'Delete', 'Home')
    await page.getByRole('button', { name: 'Apply', exact: true }).waitFor()
    await page.getByLabel('Stack name').fill('Fewer')
    await press(page, 'Control+Enter')
    const plan = page.getByRole('dialog', { name: 'Apply changes to Mine' })
    await focused(page, 'button', 'Apply and move 121 keys')
    const lines = (group: string) =>
      plan.getByRole('group', { name: group }).getByRole('listitem').allInnerTexts()
    expect((await lines('Changes')).map(text => text.replaceAll('\n', ' '))).toEqual([
      'Name of the stack Mine → Fewer',
      'Sharded 3 → 2 shards 121 keys elsewhere',
    ])
    expect(await lines('Closes')).toHaveLength(1)
    expect(await plan.getByRole('group', { name: 'Opens' }).count()).toBe(0)
    await press(page, 'Enter')
    await page.getByText('Running as shown').waitFor()
    await focused(page, 'textbox', 'Stack name')
    expect(host.decided).toEqual([{ misplaced: 'move' }])
  })

  it('X11 X14 keys that belong on another shard are left in place by keyboard', async () => {
    const { page, host } = await open({ text: SHARDS, isOpen: true })
    await row(page, 'Folder c').click()
    await press(page, 'Delete', 'Control+Enter')
    await focused(page, 'button', 'Apply and move 121 keys')
    await press(page, 'Shift+Tab', 'Shift+Tab', 'Shift+Tab')
    await focused(page, 'radio', 'Move them in the background')
    await press(page, 'ArrowDown')
    await focused(page, 'radio', 'Leave them')
    await press(page, 'Tab')
    await focused(page, 'button', 'Compare as JSON')
    await press(page, 'Tab')
    await focused(page, 'button', 'Cancel')
    await press(page, 'Tab')
    await focused(page, 'button', 'Apply and hide 121 keys')
    await press(page, 'Enter')
    await page.getByText('Running as shown').waitFor()
    expect(host.decided).toEqual([{ misplaced: 'leave' }])
  })

  it('X14 a plan is compared as JSON, both documents side by side, and back', async () => {
    const { page, host } = await open({ text: TIERED.replace(', "layout": "odd"', ''), isOpen: true })
    await row(page, 'Memory').click()
    await page.getByLabel('Max entries', { exact: true }).fill('20')
    await press(page, 'Control+Enter')
    const plan = page.getByRole('dialog', { name: 'Apply changes to Mine' })
    await plan.getByText('drops 6 copies').waitFor()
    await plan.getByText('The 6 copies dropped from Memory are of values that other stores hold.').waitFor()
    expect(await plan.locator('svg[data-kind=memory]').count()).toBeGreaterThan(0)
    const toggle = plan.getByRole('button', { name: 'Compare as JSON' })
    await toggle.click()
    const after = plan.getByRole('textbox', { name: 'Stack after the change' })
    await after.getByText('20').waitFor()
    const before = plan.getByRole('textbox', { name: 'Stack that runs' })
    expect(await before.innerText()).not.toContain('20')
    expect(await toggle.getAttribute('aria-pressed')).toBe('true')
    expect(await plan.getByRole('region', { name: 'Plan', exact: true }).count()).toBe(0)
    expect(await violationsOf(page)).toEqual([])
    await toggle.click()
    await plan.getByText('drops 6 copies').waitFor()
    await plan.getByRole('button', { name: 'Apply', exact: true }).click()
    await page.getByText('Running as shown').waitFor()
    expect(host.decided).toEqual([{}])
  })

  it('X11 X14 values that only memory holds are not lost without confirmation', async () => {
    const { page, host } = await open({ text: MOUNTED, isOpen: true })
    await row(page, /Scratch/).click()
    await page.getByLabel('Max entries', { exact: true }).fill('20')
    await press(page, 'Control+Enter')
    const plan = page.getByRole('alertdialog', { name: 'Apply changes to Mine' })
    await plan.getByText('3 values that only memory holds would be gone, in Scratch.').waitFor()
    await focused(page, 'button', 'Cancel')
    await press(page, 'Enter')
    await plan.waitFor({ state: 'detached' })
    await focused(page, 'textbox', 'Max entries')
    await press(page, 'Control+Enter')
    await plan.waitFor()
    await press(page, 'Escape')
    await plan.waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await plan.waitFor()
    await press(page, 'Escape')
    await plan.waitFor({ state: 'detached' })
    await focused(page, 'button', 'Apply')
    expect(host.decided).toEqual([])
    await press(page, 'Enter')
    await plan.getByRole('button', { name: 'Apply and lose 3 values' }).click()
    await page.getByText('Running as shown').waitFor()
    expect(host.decided).toEqual([{ discard: true }])
  })

  it('X14 a slow plan can be cancelled; when it arrives, the button that applies it has the focus', async () => {
    const { page, host } = await open({ text: MOUNTED, isOpen: true })
    await row(page, /Scratch/).click()
    await page.getByLabel('Label').fill('Notes')
    let answer: () => void = () => undefined
    const wait = () => {
      host.ready = new Promise<void>(resolve => {
        answer = resolve
      })
    }
    wait()
    await press(page, 'Control+Enter')
    const plan = page.getByRole('dialog', { name: 'Apply changes to Mine' })
    await plan.getByText('Finding out what changes…').waitFor()
    await focused(page, 'dialog', 'Apply changes to Mine')
    await press(page, 'Enter')
    await plan.waitFor()
    await press(page, 'Escape')
    await plan.waitFor({ state: 'detached' })
    await focused(page, 'textbox', 'Label')
    answer()
    wait()
    await press(page, 'Control+Enter')
    await plan.getByText('Finding out what changes…').waitFor()
    answer()
    await plan.getByText('renamed from Scratch').waitFor()
    await focused(page, 'button', 'Apply')
    expect(host.decided).toEqual([])
    await press(page, 'Enter')
    await plan.waitFor({ state: 'detached' })
    expect(host.decided).toHaveLength(1)
  })

  it('X14 a plan that arrives late does not move the focus from where the user has moved it', async () => {
    const { page, host } = await open({ text: MOUNTED, isOpen: true })
    await row(page, /Scratch/).click()
    await page.getByLabel('Label').fill('Notes')
    let answer: () => void = () => undefined
    host.ready = new Promise<void>(resolve => {
      answer = resolve
    })
    await press(page, 'Control+Enter')
    const plan = page.getByRole('dialog', { name: 'Apply changes to Mine' })
    await plan.getByText('Finding out what changes…').waitFor()
    await press(page, 'Tab')
    await focused(page, 'button', 'Cancel')
    answer()
    await plan.getByText('renamed from Scratch').waitFor()
    await focused(page, 'button', 'Cancel')
    expect(host.decided).toEqual([])
  })

  it('X3 an applied stack keeps the ids of the running stack', async () => {
    const { page, host } = await open({ text: TIERED.replace('"odd"', '"plain"'), isOpen: true })
    await row(page, 'Folder data').click()
    await press(page, 'Alt+ArrowUp', 'Control+Enter')
    await page.getByRole('button', { name: 'Apply and serve old values' }).click()
    await page.getByText('Running as shown').waitFor()
    expect(host.applied.at(-1)).toMatchObject({
      root: {
        tiers: [
          { kind: 'fs', id: 'fs@root.tiers[1]' },
          { kind: 'memory', id: 'memory@root.tiers[0]' },
        ],
      },
    })
  })

  it('X1 a document is saved, replaces another only after confirmation, and is loaded with its line ends', async () => {
    const { page, host, picks } = await open({ text: TIERED })
    host.files.set('/a/taken.stack.json', 'old')
    picks.push('/a/taken')
    await focused(page, 'tree', 'Stack')
    await press(page, 'Control+s')
    await page.getByRole('alertdialog', { name: 'Replace this file?' }).waitFor()
    await press(page, 'Enter')
    await page.getByRole('alertdialog').waitFor({ state: 'detached' })
    expect(host.files.get('/a/taken.stack.json')).toBe('old')
    picks.push('/a/taken')
    await press(page, 'Control+s')
    await page.getByRole('button', { name: 'Replace' }).click()
    await page.getByText('Saved in taken.stack.json').waitFor()
    expect(host.files.get('/a/taken.stack.json')).toBe(TIERED)

    host.files.set(
      '/b/other.stack.json',
      '\uFEFF{\r\n  "strata": 1,\r\n  "root": { "kind": "memory" }\r\n}\r\n',
    )
    picks.push('/b/other.stack.json')
    await page.getByRole('button', { name: 'Load…' }).click()
    await row(page, 'Memory').click()
    await page.getByLabel('Stack name').fill('Loaded')
    await press(page, 'Control+s')
    await page.getByText('Saved in other.stack.json').waitFor()
    expect(host.files.get('/b/other.stack.json')).toBe(
      '\uFEFF{\r\n  "strata": 1,\r\n  "name": "Loaded",\r\n  "root": { "kind": "memory" }\r\n}\r\n',
    )
  })

  it('X2 a form has a control for every type of option', async () => {
    const { page, picks } = await open({
      text: '{\n  "strata": 1,\n  "root": { "kind": "odd", "count": 2, "mode": "a" }\n}\n',
    })
    await row(page, /^Odd/).click()
    await page.getByLabel('Count').fill('x')
    await page.getByText('not a number').waitFor()
    await expectText(page, text => text.includes('"count": 2'))
    await page.getByLabel('Count').fill('65')
    await expectText(page, text => text.includes('"count": 65'))
    await page.getByLabel('Follow links').check()
    await expectText(page, text => text.includes('"followLinks": true'))
    await page.getByRole('button', { name: 'Use the default for Follow links' }).click()
    await expectText(page, text => !text.includes('followLinks'))
    await page.getByLabel('Kind').selectOption('fs')
    picks.push('/picked')
    await page.getByRole('button', { name: 'Browse…' }).click()
    await expectText(page, text => text.includes('"path": "/picked"'))
  })

  it('X1 without room for both, nodes and document are shown one at a time and problems switch to the right one', async () => {
    const { page } = await open({ text: TIERED }, { width: 370, height: 460 })
    await focused(page, 'tree', 'Stack')
    await page.getByRole('button', { name: 'Document', exact: true }).click()
    await page.getByRole('textbox', { name: 'Stack document' }).click()
    expect(await page.getByRole('tree', { name: 'Stack' }).isVisible()).toBe(false)
    await press(page, 'F8')
    await focused(page, 'combobox', 'Layout')
    expect(await page.getByRole('textbox', { name: 'Stack document' }).isVisible()).toBe(false)
  })

  it.each([
    ['an editor', 'light', TIERED],
    ['an editor', 'dark', TIERED],
    ['the list of templates', 'light', ''],
    ['a document without a root', 'dark', '{ "strata": 1 }'],
  ] as const)('X1 axe finds no serious violations in %s, %s', async (_what, scheme, text) => {
    const { page } = await open({ text }, { scheme })
    await page
      .getByRole('button', { name: /folder/i })
      .or(page.getByText('1 error'))
      .first()
      .waitFor()
    expect(await violationsOf(page)).toEqual([])
  })

  it.each([
    ['light', { width: 900, height: 600 }],
    ['dark', { width: 320, height: 400 }],
  ] as const)(
    'X14 axe finds no serious violations in a plan, and it fits the window, %s',
    async (scheme, size) => {
      const { page } = await open({ text: SHARDS, isOpen: true }, { scheme, ...size })
      await row(page, 'Folder a').click()
      await press(page, 'Delete')
      await press(page, 'Control+Enter')
      const action = page.getByRole('button', { name: 'Apply and move 121 keys' })
      await action.waitFor()
      expect(await violationsOf(page)).toEqual([])
      for (const part of [action, page.getByRole('heading', { name: 'Apply changes to Mine' })]) {
        const box = (await part.boundingBox())!
        expect(Math.min(box.x, box.y)).toBeGreaterThanOrEqual(0)
        expect(box.x + box.width).toBeLessThanOrEqual(size.width)
        expect(box.y + box.height).toBeLessThanOrEqual(size.height)
      }
      expect(
        await page
          .getByRole('region', { name: 'Plan' })
          .evaluate(plan => plan.scrollWidth - plan.clientWidth),
      ).toBe(0)
    },
  )
})

/** Requests the plan of a change that loses nothing, and applies the change. */
async function apply(page: Page): Promise<void> {
  await press(page, 'Control+Enter')
  await focused(page, 'button', 'Apply')
  await press(page, 'Enter')
}

async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key)
}

/** Waits until the element has the focus. */
async function focused(page: Page, role: Parameters<Page['getByRole']>[0], name: string): Promise<void> {
  await page.getByRole(role, { name }).and(page.locator(':focus')).waitFor()
}

function row(page: Page, name: string | RegExp) {
  return page.getByRole('treeitem', { name })
}

async function expectText(page: Page, matches: (text: string) => boolean): Promise<void> {
  const lines = page.locator('.cm-line')
  await expect.poll(async () => matches((await lines.allTextContents()).join('\n'))).toBe(true)
}

/** The serious violations that axe finds. */
function violationsOf(page: Page): Promise<string[]> {
  return axeViolations(page, { from: 'serious' })
}

async function describedBy(field: ReturnType<Page['getByLabel']>): Promise<string> {
  return field.evaluate(element =>
    (element.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map(id => document.getElementById(id)?.textContent ?? '')
      .join(' '),
  )
}
