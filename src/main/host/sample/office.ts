import { png } from './png.ts'
import { Random } from './random.ts'
import { README } from './readme.ts'
import { json, jsonEntry, type SampleEntry, textEntry } from './sample-entry.ts'

const PATHS = ['/', '/films', '/films/Metropolis', '/tickets', '/shop', '/about', '/sign-in'] as const
const STATUSES = [200, 200, 200, 200, 304, 404, 500] as const

/** Lines of the large log: more than a megabyte, so that a window reads it page by page. */
const LARGE_LOG_LINES = 24_000

/** What a house has besides its films: settings, logs, pictures, notes. */
export function officeEntries(): SampleEntry[] {
  return [
    textEntry('/readme', README),
    ...configEntries(),
    ...logEntries(),
    ...imageEntries(),
    ...noteEntries(),
  ]
}

function configEntries(): SampleEntry[] {
  return [
    // A value and a branch at once: the settings as a whole, and parts of them below.
    jsonEntry('/config', { name: json('Lumière Archive'), version: '3.10', currency: json('EUR') }),
    jsonEntry('/config/shop', { taxRate: '0.190', shipping: '4.90', isOpen: json(true) }),
    jsonEntry('/config/projector', { framesPerSecond: '24.00', lamp: json('xenon'), hours: '1e3' }),
    textEntry('/config/motd', 'Tonight: Nosferatu, with live organ.\r\nDoors open at seven.\r\n'),
    jsonEntry('/config/features/waiting-list', { isOn: json(true), share: '1.0' }),
    jsonEntry('/config/features/dark-mode', { isOn: json(false), share: '0.0' }),
  ]
}

function logEntries(): SampleEntry[] {
  const random = new Random(2025)
  const days = Array.from({ length: 14 }, (_, day) => {
    const date = `2026-01-${String(day + 1).padStart(2, '0')}`
    return textEntry(`/logs/${date}.log`, log(date, 20 + random.below(40), random))
  })
  return [...days, textEntry('/logs/2025.log', log('2025-12-31', LARGE_LOG_LINES, random))]
}

function log(date: string, lines: number, random: Random): string {
  const line = (index: number): string => {
    const second = Math.floor((index * 86_400) / lines)
    const time = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60]
      .map(part => String(part).padStart(2, '0'))
      .join(':')
    return `${date}T${time}Z GET ${random.pick(PATHS)} ${random.pick(STATUSES)} ${1 + random.below(240)}ms ${random.hex(1)}\n`
  }
  return Array.from({ length: lines }, (_, index) => line(index)).join('')
}

function imageEntries(): SampleEntry[] {
  const hues = ['amber', 'sepia', 'silver', 'teal'] as const
  return hues.flatMap((hue, index) =>
    [16, 32, 64].map(size => ({
      key: `/images/${hue}/${size}x${size}.png`,
      value: png(size, size, (x, y) => [
        (60 * index + (x * 255) / size) & 255,
        (y * 255) / size,
        ((x ^ y) * 255) / size,
      ]),
    })),
  )
}

function noteEntries(): SampleEntry[] {
  return [
    textEntry('/notes/to do', '- call the lab about reel 4\n- order leader film\n'),
    textEntry('/notes/📼 to digitise', 'Twelve tapes in the cellar, box "C".\n'),
    textEntry('/notes/Überblick', 'Alles Wichtige steht im Schrank links.\n'),
    textEntry('/notes/empty', ''),
    textEntry('/notes/100% sure?', 'No.\n'),
    textEntry('/notes/a:b:c', 'The type of this key is "a:b", its name is "c".\n'),
  ]
}
