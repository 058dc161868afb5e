import { json, jsonEntry, png, Random, type SampleEntry, textEntry } from './sample-entry.ts'

const PATHS = ['/', '/films', '/films/Metropolis', '/tickets', '/shop', '/about', '/sign-in'] as const
const STATUSES = [200, 200, 200, 200, 304, 404, 500] as const

/** Lines of the large log: more than a megabyte, so that the window reads it page by page. */
const LARGE_LOG_LINES = 24_000

/** Everything besides the films: settings, logs, pictures, notes. */
export function siteEntries(): SampleEntry[] {
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
    // A value and a branch at once: all settings, and parts of them below.
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

/** What a newcomer reads first. */
const README = `# Welcome to Strata

This is a small film archive with a shop. Nothing in it is precious: change and delete what you like.

## Where these values live: one minute

Three stores work together here, and look like one:

    Tiers
    ├─ Cache            in memory: quick, and empty again after every start
    └─ Shards           two folders on your disk that share the keys between them
       ├─ Shard A       sample/shard-a
       └─ Shard B       sample/shard-b

**Shards split.** Every key lives in exactly one of the two folders. Which one is worked out from the key itself,
so it is never looked up and never wrong. Four folders on four disks would hold four times as much.

**Tiers stack.** A read asks the Cache first. What is not there comes from the Shards, and the Cache keeps a copy
for the next time. A write goes to the Shards first, because they are the truth, and then to the Cache.

So this text was in one folder only. Since you opened it, it is in the Cache as well.

## Try it

1. Open \`/films/Film:Metropolis\`. It is a value (the film) and a branch (its poster and reviews) at once.
2. Change its price and press Put (Ctrl+S, on a Mac Cmd+S). \`22.00\` stays \`22.00\`: only what you edit changes.
3. Look into the folders \`shard-a\` and \`shard-b\`: each holds its share of the keys, one file a value.
4. Choose "Edit stack", take the Cache away and apply: every key is still there, since the Shards are the truth.
5. Open \`/logs/2025.log\`: more than a megabyte, read page by page.
6. Press the lock: from now on nothing here can be written, whatever you press.
`
