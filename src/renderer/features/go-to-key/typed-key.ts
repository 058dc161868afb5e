/** How text typed into "Go to key" is interpreted. */
export type TypedMode = 'recent' | 'path' | 'search'

export function modeOf(text: string): TypedMode {
  const typed = text.trim()
  if (typed === '') return 'recent'
  return typed.startsWith('/') ? 'path' : 'search'
}

/**
 * The keys that a typed or pasted path may mean, most likely first: unchanged, trimmed, and with the tree's signs for
 * invisible characters decoded.
 */
export function candidateKeys(text: string): readonly string[] {
  const trimmed = text.trim()
  return [...new Set([text, trimmed, unescaped(trimmed)])].filter(candidate => candidate.startsWith('/'))
}

const SIGNS: Readonly<Record<string, string>> = { '\\n': '\n', '\\r': '\r', '\\t': '\t' }

/** Decodes `a\nb` and `U+200B` to the characters that they represent, and `·` at the ends of a name to a blank. */
function unescaped(path: string): string {
  return path
    .split('/')
    .map(name =>
      name
        .replace(/^·+|·+$/g, dots => ' '.repeat(dots.length))
        .replace(/\\[nrt]|U\+([0-9A-F]{4,6})/g, (sign, code: string | undefined) =>
          code === undefined ? (SIGNS[sign] ?? sign) : characterOf(code, sign),
        ),
    )
    .join('/')
}

function characterOf(code: string, sign: string): string {
  const point = Number.parseInt(code, 16)
  return point > 0x10ffff ? sign : String.fromCodePoint(point)
}
