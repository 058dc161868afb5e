import { Check, ChevronDown } from 'lucide-react'
import {
  FORMATS,
  isEncoding,
  isUnpacking,
  STAGE_NAMES,
  type Stage,
  UNPACKINGS,
} from '../../../core/values/pipeline.ts'
import { TEXT_ENCODINGS } from '../../../core/values/text-encodings.ts'
import { Button } from '../../ui/button.tsx'
import { MenuButton, type MenuGroup } from '../../ui/menu.tsx'
import styles from './key-tab.module.css'
import type { Version } from './model/value-calls.ts'
import { stageName } from './model/value-facts.ts'

const AUTOMATIC = 'auto'

interface PipelineChipsProps {
  readonly base: Version
  readonly isDisabled: boolean
  /** The pattern of keys that the choice is remembered for. */
  readonly pattern: string
  readonly onChoose: (choice: readonly Stage[]) => void
}

/** The stages that decoded a value, each with a menu of alternatives. */
export function PipelineChips({ base, isDisabled, pattern, onChoose }: PipelineChipsProps) {
  const { pipeline } = base.decoding
  return (
    <ol aria-label="Decoding" className={styles['chips']}>
      {pipeline.map((stage, index) => {
        const name = stageName(stage, base)
        return (
          <li key={`${index} ${stage}`} className={isUnpacking(stage) ? styles['packing'] : undefined}>
            <MenuButton
              label={`${name}, shown as`}
              groups={alternatives(pipeline, index, pattern)}
              onChoose={id => onChoose(chosen(pipeline, index, id))}
            >
              <Button variant="quiet" isDisabled={isDisabled}>
                {name}
                <ChevronDown size={13} aria-hidden />
              </Button>
            </MenuButton>
          </li>
        )
      })}
    </ol>
  )
}

function alternatives(pipeline: readonly Stage[], index: number, pattern: string): readonly MenuGroup[] {
  const current = pipeline[index]
  const group = (id: string, title: string, stages: readonly Stage[]): MenuGroup => ({
    id,
    title,
    entries: stages.map(stage => ({
      id: stage,
      label: STAGE_NAMES[stage],
      icon: stage === current ? <Check size={14} aria-label="current" /> : undefined,
    })),
  })
  const isLast = index === pipeline.length - 1
  return [
    {
      id: 'automatic',
      entries: [{ id: AUTOMATIC, label: 'Detect', detail: `No longer remembered for ${pattern}` }],
    },
    ...(isEncoding(current) ? [] : [group('unpack', 'Unpack', UNPACKINGS)]),
    ...(isUnpacking(current) ? [] : [group('encoding', 'Text encoding', TEXT_ENCODINGS)]),
    ...(isLast || isUnpacking(current) ? [group('format', 'Show as', FORMATS)] : []),
  ]
}

/** The choice that a menu entry of one chip makes: the stages before it, and those after it that still fit. */
export function chosen(pipeline: readonly Stage[], index: number, id: string): readonly Stage[] {
  const unpackings = pipeline.slice(0, index).filter(isUnpacking)
  if (id === AUTOMATIC) return unpackings
  const stage = id as Stage
  if (isEncoding(stage)) {
    const format = pipeline.at(-1)
    return [...unpackings, stage, ...(format === 'text' || format === 'json' ? [format] : [])]
  }
  const before = pipeline[index - 1]
  const keepsEncoding = isEncoding(before) && (stage === 'text' || stage === 'json')
  return [...unpackings, ...(keepsEncoding ? [before] : []), stage]
}
