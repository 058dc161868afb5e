import { type Color, json, jsonEntry, png, Random, type SampleEntry, textEntry } from './sample-entry.ts'

/** Title, year, minutes, director, country. */
const FILMS = [
  ['Metropolis', 1927, 153, 'Fritz Lang', 'DE'],
  ['Nosferatu', 1922, 94, 'F. W. Murnau', 'DE'],
  ['Das Cabinet des Dr. Caligari', 1920, 77, 'Robert Wiene', 'DE'],
  ['Le Voyage dans la Lune', 1902, 13, 'Georges Méliès', 'FR'],
  ['La Passion de Jeanne d’Arc', 1928, 82, 'Carl Theodor Dreyer', 'FR'],
  ['Un chien andalou', 1929, 21, 'Luis Buñuel', 'FR'],
  ['L’Atalante', 1934, 89, 'Jean Vigo', 'FR'],
  ['Napoléon', 1927, 333, 'Abel Gance', 'FR'],
  ['The General', 1926, 79, 'Buster Keaton', 'US'],
  ['Sherlock Jr.', 1924, 45, 'Buster Keaton', 'US'],
  ['City Lights', 1931, 87, 'Charles Chaplin', 'US'],
  ['The Gold Rush', 1925, 95, 'Charles Chaplin', 'US'],
  ['Sunrise: A Song of Two Humans', 1927, 94, 'F. W. Murnau', 'US'],
  ['Greed', 1924, 140, 'Erich von Stroheim', 'US'],
  ['Intolerance', 1916, 197, 'D. W. Griffith', 'US'],
  ['Броненосец «Потёмкин»', 1925, 75, 'Sergei Eisenstein', 'SU'],
  ['Человек с киноаппаратом', 1929, 68, 'Dziga Vertov', 'SU'],
  ['Октябрь', 1928, 115, 'Sergei Eisenstein', 'SU'],
  ['Körkarlen', 1921, 107, 'Victor Sjöström', 'SE'],
  ['Häxan', 1922, 105, 'Benjamin Christensen', 'SE'],
  ['狂った一頁', 1926, 71, 'Teinosuke Kinugasa', 'JP'],
  ['生れてはみたけれど', 1932, 100, 'Yasujirō Ozu', 'JP'],
  ['神女', 1934, 85, 'Wu Yonggang', 'CN'],
  ['Limite', 1931, 114, 'Mário Peixoto', 'BR'],
  ['Cabiria', 1914, 148, 'Giovanni Pastrone', 'IT'],
  ['Die Büchse der Pandora', 1929, 133, 'G. W. Pabst', 'DE'],
] as const

const REVIEWS = [
  'Seen twice in a row, and I would again.',
  'The restoration is a wonder; the music is not.',
  'Long, and not a minute too long.',
  'My grandmother cried at the same scene.',
  'Projected from 35 mm. Nothing else will do.',
] as const

/** Films with posters and reviews below them, and the people who made them. */
export function filmEntries(): SampleEntry[] {
  const random = new Random(1895)
  const films = FILMS.flatMap((film, index) => oneFilm(film, index, random))
  return [...films, ...directorEntries()]
}

function oneFilm(film: (typeof FILMS)[number], index: number, random: Random): SampleEntry[] {
  const [title, year, minutes, director, country] = film
  const key = `/films/Film:${title}`
  const reviews = 1 + random.below(3)
  return [
    jsonEntry(key, {
      title: json(title),
      year: json(year),
      minutes: json(minutes),
      director: json(`/people/Director:${director}`),
      country: json(country),
      price: `${8 + random.below(20)}.${random.pick(['00', '50', '90'])}`,
      // Larger than the integers that JavaScript can represent: an editor that parses it would damage it.
      archiveNumber: `90071992547409${(93 + index).toString().padStart(3, '0')}`,
      stock: `000${random.below(9)}`.slice(-1),
    }),
    { key: `${key}/poster.png`, value: poster(index) },
    ...Array.from({ length: reviews }, (_, number) =>
      textEntry(`${key}/reviews/Review:${number + 1}`, `${random.pick(REVIEWS)}\n`),
    ),
  ]
}

function directorEntries(): SampleEntry[] {
  const directors = [...new Set(FILMS.map(([, , , director]) => director))]
  return directors.map(director => {
    const films = FILMS.filter(film => film[3] === director).map(([title]) => `/films/Film:${title}`)
    return jsonEntry(`/people/Director:${director}`, { name: json(director), films: json(films) })
  })
}

/** Rings in two colours that are unique to the film. */
function poster(index: number): Uint8Array {
  const random = new Random(index + 1)
  const shade = (): Color => [random.below(256), random.below(256), random.below(256)]
  const [inner, outer, width] = [shade(), shade(), 3 + random.below(6)]
  return png(48, 64, (x, y) => (Math.floor(Math.hypot(x - 24, y - 32) / width) % 2 === 0 ? inner : outer))
}
