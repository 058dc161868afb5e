// A store of your own: four calls over whatever keeps the values, here one JSON file. The library completes the rest, such
// as `rename`, conditions, streams and queries.
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type Call, Datastore, Key, MINIMAL, type Payload, pageOfKeys, type Store } from 'strata/core'

/** Keeps values as base64 in one JSON file, which is read once and written at each change. */
class JsonFileStore implements Store {
  readonly info
  readonly capabilities = { ...MINIMAL, persistent: true }
  readonly #path: string
  readonly #values: Map<string, string>

  private constructor(path: string, values: Map<string, string>) {
    this.#path = path
    this.#values = values
    this.info = { kind: 'json-file', id: `json-file:${path}` }
  }

  static async open(path: string): Promise<JsonFileStore> {
    const text = existsSync(path) ? await readFile(path, 'utf8') : '{}'
    const values = JSON.parse(text) as Record<string, string>
    return new JsonFileStore(resolve(path), new Map(Object.entries(values)))
  }

  read(key: Key) {
    const text = this.#values.get(key.toString())
    if (text === undefined) return undefined
    // The text is the version: two values that are equal are one version.
    return { bytes: new Uint8Array(Buffer.from(text, 'base64')), shared: false, etag: text }
  }

  async write(key: Key, value: Payload) {
    const text = Buffer.from(value.bytes).toString('base64')
    this.#values.set(key.toString(), text)
    await this.#save()
    return { etag: text }
  }

  async remove(key: Key) {
    if (!this.#values.delete(key.toString())) return 'absent'
    await this.#save()
    return 'removed'
  }

  list(prefix: Key, call: Call) {
    return pageOfKeys([...this.#values.keys()].map(Key.parse), prefix, call)
  }

  async #save(): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true })
    await writeFile(this.#path, JSON.stringify(Object.fromEntries(this.#values)))
  }
}

const films = new Datastore(await JsonFileStore.open('films.json'))
await films.put(Key.parse('/films/Brazil'), new TextEncoder().encode('1985'))
await films.put(Key.parse('/films/Alien'), new TextEncoder().encode('1979'))

// Neither was written for this store:
await films.rename(Key.parse('/films/Brazil'), Key.parse('/seen/Brazil'))
for await (const { key, value } of films.query({ prefix: '/' }, { scan: true })) {
  console.log(key.toString(), new TextDecoder().decode(value))
}
// → /films/Alien 1979
// → /seen/Brazil 1985
await films.close()

const again = new Datastore(await JsonFileStore.open('films.json'))
console.log((await again.stats()).entries) // → 2
