import { expect, type Locator, type Page } from '@playwright/test'

/** The parts of the window by their accessible names. */
export class StrataWindow {
  readonly page: Page
  readonly keys: Locator
  readonly inspector: Locator
  readonly status: Locator
  /** The text editor of the visible key tab. */
  readonly value: Locator
  readonly put: Locator
  readonly notifications: Locator

  constructor(page: Page) {
    this.page = page
    this.keys = page.getByRole('tree', { name: 'Keys' })
    this.inspector = page.getByRole('complementary', { name: 'Inspector' })
    this.status = page.getByRole('contentinfo', { name: 'Status bar' })
    this.value = page.getByRole('textbox', { name: 'Value', exact: true })
    this.put = page.getByRole('button', { name: 'Put', exact: true })
    this.notifications = page.getByRole('region', { name: 'Notifications' })
  }

  async open(address: string): Promise<void> {
    await this.page.goto(address)
    await expect(this.keys).toBeVisible()
    await expect(this.keys).toHaveAttribute('aria-busy', 'false')
  }

  /** The visible row of a key, by its last segment. */
  row(name: string | RegExp): Locator {
    return this.keys.getByRole('treeitem', { name, exact: true })
  }

  button(name: string): Locator {
    return this.page.getByRole('button', { name, exact: true })
  }

  tab(name: string | RegExp): Locator {
    return this.page.getByRole('tab', { name })
  }

  /** Types a whole key into "Go to key" and opens it. */
  async goTo(key: string): Promise<void> {
    // While another dialog closes, it still has the focus.
    await expect(this.page.locator('[role=dialog], [role=alertdialog]')).toHaveCount(0)
    await this.page.keyboard.press('Control+p')
    const dialog = this.page.getByRole('dialog', { name: 'Go to key' })
    await dialog.getByRole('combobox', { name: 'Key' }).fill(key)
    await this.page.keyboard.press('Enter')
    await expect(dialog).toBeHidden()
  }

  /** Shows the open value in another way, by the menu of the last stage. */
  async viewAs(name: string): Promise<void> {
    await this.page.getByRole('list', { name: 'Decoding' }).getByRole('button').last().click()
    await this.page.getByRole('menuitem', { name, exact: true }).click()
  }

  async openText(key: string): Promise<void> {
    await this.goTo(key)
    await expect(this.value).toBeVisible()
  }

  /**
   * The text shown by the editor, with its lines joined by `
   * `.
   */
  async text(): Promise<string> {
    return (await this.value.locator('.cm-line').allTextContents()).join('\n')
  }

  /** Selects the whole value and types over it. */
  async typeOver(text: string): Promise<void> {
    await this.value.focus()
    await this.page.keyboard.press('Control+a')
    await this.page.keyboard.insertText(text)
  }

  /** Replaces a whole text by pasting, as a user does with many lines. */
  async pasteOver(field: Locator, text: string): Promise<void> {
    await this.page.evaluate(pasted => navigator.clipboard.writeText(pasted), text)
    await field.focus()
    await this.page.keyboard.press('Control+a')
    await this.page.keyboard.press('Control+v')
  }

  /** Types at the end of the value. */
  async append(text: string): Promise<void> {
    await this.value.focus()
    await this.page.keyboard.press('Control+End')
    await this.page.keyboard.insertText(text)
  }

  /** Puts the value by keyboard and waits until it is in the store. */
  async save(): Promise<void> {
    await expect(this.put).toBeEnabled()
    await this.page.keyboard.press('Control+s')
    await expect(this.page.getByText('Unsaved changes')).toBeHidden()
    await expect(this.put).toBeDisabled()
  }
}
