import { FileJson, FlaskConical, Folder, Layers } from 'lucide-react'
import type { Source } from '../../../shared/procedures/sessions.ts'

const ICONS = { folder: Folder, stackFile: FileJson, document: Layers, sample: FlaskConical }

export function StackIcon({ source }: { readonly source: Source }) {
  const Icon = ICONS[source.type]
  return <Icon size={14} aria-hidden />
}
