import { openBuiltPage } from './built-page.ts'
import { createDevelopmentPage } from './development-page.ts'
import type { PageSource } from './page-source.ts'

/** @param developmentServer Address of Vite's server; absent, the page is the one built into `directory`. */
export async function openPage(
  directory: string,
  developmentServer: string | undefined,
): Promise<PageSource> {
  if (developmentServer === undefined) return openBuiltPage(directory)
  return createDevelopmentPage(new URL(developmentServer))
}
