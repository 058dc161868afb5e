import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const css = readFileSync(join(import.meta.dirname, '../../../src/renderer/ui/theme.css'), 'utf8')

/** The colours of a token, in light and in dark. */
function coloursOf(token: string): readonly [string, string] {
  const [, light, dark] =
    new RegExp(`--${token}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(css) ?? []
  if (light === undefined || dark === undefined) throw new Error(`theme.css has no colours of ${token}`)
  return [light, dark]
}

/** As WCAG 2 defines it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(at => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(one: string, other: string): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a)
  return (lighter + 0.05) / (darker + 0.05)
}

const GROUPS = ['store', 'composition', 'wrapper', 'fault', 'engine']

const texts: readonly (readonly [text: string, ground: string])[] = [
  ...GROUPS.flatMap(group =>
    [`${group}-fill`, 'background', 'panel', 'raised'].map(on => [group, on] as const),
  ),
  ...['success', 'danger', 'accent', 'text-dim', 'text'].flatMap(text =>
    ['background', 'panel', 'raised'].map(on => [text, on] as const),
  ),
  ['success', 'success-background'],
  ['danger', 'danger-background'],
  ['text', 'selected'],
  ['text-dim', 'hover'],
  ['text', 'hover'],
]

describe('the colours of the drawing and of places', () => {
  it.each(texts)('O16 %s on %s has a contrast of 4.5:1, in light and in dark', (text, ground) => {
    for (const theme of [0, 1] as const) {
      expect(contrast(coloursOf(text)[theme], coloursOf(ground)[theme])).toBeGreaterThanOrEqual(4.5)
    }
  })
})
