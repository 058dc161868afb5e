import { Binary, Braces, Brackets, File, FileArchive, FileQuestionMark, FileText, Image } from 'lucide-react'
import type { ValueKind } from '../../../shared/procedures/overview.ts'

const ICONS = {
  json: Braces,
  text: FileText,
  image: Image,
  cbor: Brackets,
  msgpack: Brackets,
  packed: FileArchive,
  bytes: Binary,
  empty: File,
  unknown: FileQuestionMark,
} satisfies Record<ValueKind, unknown>

/** The icon of a kind of value. It stands beside the name of the kind. */
export function ValueKindIcon({ kind }: { readonly kind: ValueKind }) {
  const Icon = ICONS[kind]
  return <Icon size={14} aria-hidden />
}
