import type { Locator, Page } from '@playwright/test'
import { expect } from './strata.ts'

/** A user with a keyboard and a clipboard, without a mouse. */
export class Keyboard {
  readonly #page: Page

  constructor(page: Page) {
    this.#page = page
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#page.keyboard.press(key)
  }

  async paste(text: string): Promise<void> {
    await this.#page.evaluate(pasted => navigator.clipboard.writeText(pasted), text)
    await this.press('Control+v')
  }

  /** Presses Tab until the element has the focus. */
  async tabTo(target: Locator): Promise<void> {
    await expect(target).toBeVisible()
    const hasFocus = () => target.evaluate(element => element.matches(':focus'))
    while (!(await hasFocus())) await this.press('Tab')
  }

  /** Fills a field of a form. */
  async fill(field: Locator, text: string): Promise<void> {
    await this.tabTo(field)
    await this.press('Control+a')
    await this.#page.keyboard.type(text)
  }
}
