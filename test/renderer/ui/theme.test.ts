import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const renderer = join(import.meta.dirname, '../../../src/renderer')
const theme = readFileSync(join(renderer, 'ui/theme.css'), 'utf8')

const SCHEMES = ['light', 'dark'] as const
type Scheme = (typeof SCHEMES)[number]

/** The colour of a token in a scheme, from the stylesheet. */
function colour(token: string, scheme: Scheme): readonly number[] {
  const [, light = '', dark = ''] =
    new RegExp(`--${token}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(theme) ?? []
  const text = scheme === 'light' ? light : dark
  if (text === '') throw new Error(`There is no token ${token}`)
  return [1, 3, 5].map(at => Number.parseInt(text.slice(at, at + 2), 16) / 255)
}

/** As WCAG 2.2 defines it. */
function luminance(rgb: readonly number[]): number {
  const [red = 0, green = 0, blue = 0] = rgb.map(part =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  )
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(a: string, b: string, scheme: Scheme): number {
  const [high = 0, low = 0] = [luminance(colour(a, scheme)), luminance(colour(b, scheme))].sort(
    (x, y) => y - x,
  )
  return (high + 0.05) / (low + 0.05)
}

const SURFACES = ['background', 'panel', 'raised', 'hover', 'selected']
const TEXTS = ['text', 'text-dim', 'accent', 'danger', 'warning', 'success', 'composition', 'store']
const PAIRS: readonly (readonly [text: string, ground: string])[] = [
  ...SURFACES.flatMap(ground => ['text', 'text-dim'].map(text => [text, ground] as const)),
  ...['background', 'panel', 'raised'].flatMap(ground => TEXTS.map(text => [text, ground] as const)),
  ['text-dim', 'sunken'],
  ['accent-text', 'accent'],
  ['danger', 'danger-background'],
  ['warning', 'warning-background'],
  ['success', 'success-background'],
  ...['store', 'composition', 'wrapper', 'fault', 'engine'].map(kind => [kind, `${kind}-fill`] as const),
]

describe('theme', () => {
  it.each(SCHEMES)('W76 texts of the %s theme have a contrast of 4.5 to their background', scheme => {
    const weak = PAIRS.filter(([text, ground]) => contrast(text, ground, scheme) < 4.5)
    expect(weak.map(([text, ground]) => `${text} on ${ground}: ${contrast(text, ground, scheme)}`)).toEqual(
      [],
    )
  })

  it.each(SCHEMES)('W76 fields, the focus and bars of the %s theme have a contrast of 3', scheme => {
    const pairs = [
      ['control-border', 'raised'],
      ['control-border', 'background'],
      ['accent', 'background'],
      ['accent', 'panel'],
      ['store', 'sunken'],
    ] as const
    const weak = pairs.filter(([line, ground]) => contrast(line, ground, scheme) < 3)
    expect(weak.map(([line, ground]) => `${line} on ${ground}: ${contrast(line, ground, scheme)}`)).toEqual(
      [],
    )
  })

  it('W76 no other stylesheet has a colour of its own, and each used token exists', () => {
    const sheets = readdirSync(renderer, { recursive: true, encoding: 'utf8' }).filter(path =>
      path.endsWith('.css'),
    )
    const problems = sheets.flatMap(path => {
      const css = readFileSync(join(renderer, path), 'utf8').replaceAll(/\/\*.*?\*\//gs, '')
      const own = path.endsWith('theme.css')
        ? []
        : (css.match(/#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(/gi) ?? [])
      const used = [...css.matchAll(/var\(--([\w-]+)(?=\))/g)].map(([, name = '']) => name)
      const unknown = used.filter(name => !theme.includes(`--${name}:`) && !css.includes(`--${name}:`))
      return [...own, ...unknown].map(text => `${path}: ${text}`)
    })
    expect(problems).toEqual([])
    expect(sheets.length).toBeGreaterThan(20)
  })
})
