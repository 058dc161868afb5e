import fs from 'node:fs'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type Package from 'isomorphic-git'
import { systemCode } from '../../fs/disk.ts'
import { optionalPackage } from '../../optional-package.ts'
import type { GitObject, ObjectType } from './objects.ts'
import type { PartialSignature, RefMove, Repository, RepositoryPlace } from './repository.ts'

type Client = typeof Package

/** Loads isomorphic-git, which reads repositories where the program git is not installed. */
export async function loadClient(): Promise<Client> {
  const what = 'a repository without the program git'
  const module = await optionalPackage(what, 'isomorphic-git', () => import('isomorphic-git'))
  return module.default
}

/** A repository by isomorphic-git. References are moved as git moves them: by a lock file that is renamed. */
export class IsomorphicRepository implements Repository {
  readonly place: RepositoryPlace
  readonly updatesWorkTrees = false
  readonly #client: Client
  readonly #isDurable: boolean
  readonly #cache = {}

  constructor(place: RepositoryPlace, isDurable: boolean, client: Client) {
    this.place = place
    this.#isDurable = isDurable
    this.#client = client
  }

  async read(oid: string): Promise<GitObject | undefined> {
    try {
      const given = { fs, gitdir: this.place.folder, oid, format: 'content', cache: this.#cache } as const
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- the other calls require the type
      const { type, object } = await this.#client.readObject(given)
      return { type: type as ObjectType, bytes: new Uint8Array(object as Uint8Array) }
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  async sizeOf(oid: string): Promise<number | undefined> {
    return (await this.read(oid))?.bytes.length
  }

  async resolve(name: string): Promise<string | undefined> {
    const gitdir = this.place.folder
    try {
      const oid = await this.#client
        .resolveRef({ fs, gitdir, ref: name })
        .catch(() => this.#client.expandOid({ fs, gitdir, oid: name, cache: this.#cache }))
      const { oid: commit } = await this.#client.readCommit({ fs, gitdir, oid, cache: this.#cache })
      return commit
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  async moveRef({ ref, old, new: next }: RefMove): Promise<boolean> {
    const path = join(this.place.folder, ref)
    const lock = `${path}.lock`
    await mkdir(dirname(path), { recursive: true })
    const file = await open(lock, 'wx').catch((error: unknown) => {
      if (systemCode(error) === 'EEXIST') return undefined
      throw error
    })
    if (file === undefined) return false
    try {
      try {
        if ((await this.#valueOf(ref, path)) !== old) return false
        await file.writeFile(`${next}\n`)
        if (this.#isDurable) await file.datasync()
      } finally {
        await file.close()
      }
      await rename(lock, path)
      return true
    } finally {
      await rm(lock, { force: true })
    }
  }

  async #valueOf(ref: string, path: string): Promise<string | undefined> {
    const text = await readFile(path, 'latin1').catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') return undefined
      throw error
    })
    return text === undefined ? this.resolve(ref) : text.trim()
  }

  updateWorkTree(): Promise<boolean> {
    return Promise.resolve(false)
  }

  wrote(): void {}

  async author(): Promise<PartialSignature> {
    const given = { fs, gitdir: this.place.folder }
    const [name, email]: unknown[] = await Promise.all<unknown>([
      this.#client.getConfig({ ...given, path: 'user.name' }),
      this.#client.getConfig({ ...given, path: 'user.email' }),
    ])
    const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
    return { name: text(name), email: text(email) }
  }

  async close(): Promise<void> {}
}

function isNotFound(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'NotFoundError'
}
