import type { Browser, Locator, Page } from '@playwright/test'
import { launchChromium, newReactContext } from '../../../../chromium.ts'
import type { Harness } from './main.tsx'
import { type ServedPage, servePage } from './serve-page.ts'

declare const window: { readonly harness: Harness }

/** A tree in a page of its own. */
export interface OpenTree {
  readonly page: Page
  readonly tree: Locator
  /** Problems of the page: errors, and violations of the content security policy. */
  readonly problems: readonly string[]
  readonly row: (name: string) => Locator
  /** The name of the focused row. */
  readonly focused: () => Promise<string | null>
  /** The events that the tree has emitted, except selections. */
  readonly events: () => Promise<unknown[]>
  readonly press: (...keys: string[]) => Promise<void>
  /** @param work Runs in the page: it may use only its arguments. */
  readonly run: <T>(work: (harness: Harness) => T) => Promise<T>
}

/** The built harness and a browser to open it in. */
export class TreeHarness {
  readonly #served: ServedPage
  readonly #browser: Browser

  private constructor(served: ServedPage, browser: Browser) {
    this.#served = served
    this.#browser = browser
  }

  static async start(): Promise<TreeHarness> {
    const served = await servePage(import.meta.dirname)
    const browser = await launchChromium()
    return new TreeHarness(served, browser)
  }

  /** @param data See `harnessData`. */
  async open(data: string): Promise<OpenTree> {
    const context = await newReactContext(this.#browser, { viewport: { width: 700, height: 640 } })
    const page = await context.newPage()
    const problems: string[] = []
    page.on('pageerror', error => problems.push(error.message))
    page.on('console', message => {
      if (message.type() === 'error') problems.push(message.text())
    })
    await page.goto(`${this.#served.url}?data=${data}`)
    const tree = page.getByRole('tree', { name: 'Keys' })
    await tree.waitFor()
    return {
      page,
      tree,
      problems,
      row: name => page.getByRole('treeitem', { name, exact: true }),
      focused: () =>
        tree.evaluate(element => {
          const id = element.getAttribute('aria-activedescendant') ?? ''
          return document.getElementById(id)?.getAttribute('aria-label') ?? null
        }),
      events: () =>
        page.evaluate(() =>
          window.harness.events.filter(event => (event as { event: string }).event !== 'select'),
        ),
      async press(...keys) {
        for (const key of keys) await page.keyboard.press(key)
      },
      run: async work => {
        const harness = await page.evaluateHandle(() => window.harness)
        return harness.evaluate(work)
      },
    }
  }

  async end(): Promise<void> {
    await this.#browser.close()
    await this.#served.close()
  }
}
