import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'

const IMPACTS = ['minor', 'moderate', 'serious', 'critical'] as const

interface AxeOptions {
  /** Selectors of the parts to check. Default: the whole page. */
  readonly within?: readonly string[]
  /** The least impact that is reported. Default `minor`. */
  readonly from?: (typeof IMPACTS)[number]
  /** Rules that are not checked. */
  readonly without?: string[]
}

/** The violations of accessibility rules that axe finds, one line each: impact, rule and elements. */
export async function axeViolations(
  page: Page,
  { within = [], from = 'minor', without = [] }: AxeOptions = {},
): Promise<string[]> {
  // Only pages with frames need the other mode, which opens a second page for each check.
  const builder = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ['violations'] })
  for (const selector of within) builder.include(selector)
  const { violations } = await builder.disableRules(without).analyze()
  return violations
    .filter(({ impact }) => IMPACTS.indexOf(impact ?? 'minor') >= IMPACTS.indexOf(from))
    .map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(node => node.html).join(' | ')}`)
}
