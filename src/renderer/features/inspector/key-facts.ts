import { Key } from '../../../core/key.ts'
import type { StatValue } from '../../../shared/values.ts'
import { formatBytes, formatExactBytes } from '../../ui/format-bytes.ts'
import { formatTime } from '../../ui/format-time.ts'
import type { Fact } from './facts.tsx'

/** What the key's own text says. */
export function keyFacts(text: string): readonly Fact[] {
  const key = Key.parse(text)
  const { type, name } = key
  return [
    { name: 'Key', value: text, isCode: true },
    ...(type === '' ? [] : [{ name: 'Type', value: type, isCode: true }]),
    ...(name === '' ? [] : [{ name: 'Name', value: name, isCode: true }]),
    { name: 'Path', value: key.path.toString(), isCode: true },
    { name: 'Depth', value: String(key.depth) },
  ]
}

/** What the store says about the value, as far as it says it. */
export function valueFacts({ size, mtime, btime, atime, etag, expires }: StatValue): readonly Fact[] {
  const human = formatBytes(size)
  const exact = formatExactBytes(size)
  return [
    { name: 'Size', value: human, ...(exact !== human && { detail: exact }) },
    ...timeFact('Modified', mtime),
    ...timeFact('Created', btime),
    ...timeFact('Accessed', atime),
    ...timeFact('Expires', expires),
    { name: 'ETag', value: etag, isCode: true },
  ]
}

function timeFact(name: string, time: number | undefined): readonly Fact[] {
  return time === undefined ? [] : [{ name, value: formatTime(time) }]
}
