import { realpath } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { failureOfGit, GitEnded, GitProcess, runGit, spawnGit } from './git-process.ts'
import type { GitObject, ObjectType, Signature } from './objects.ts'
import type { FoundCommit, PartialSignature, RefMove, Repository, RepositoryPlace } from './repository.ts'

/** What `update-ref` says where another program has moved the reference, or is about to. */
const MOVED =
  /is at [0-9a-f]+ but expected|reference already exists|unable to resolve reference|cannot lock ref/

/** Git is asked to pack loose objects each time that so many were written. */
const PACK_AFTER = 4000

/** A repository by the program git: processes that are kept open, so that a read costs no start of a process. */
export class ProgramRepository implements Repository {
  readonly place: RepositoryPlace
  readonly updatesWorkTrees = true
  readonly #isDurable: boolean
  readonly #committer: Readonly<Record<string, string>>
  readonly #objects: GitProcess<GitObject | undefined>
  readonly #sizes: GitProcess<Named | undefined>
  readonly #refs: GitProcess<string>
  #tidied = 0
  #tidying: Promise<void> | undefined

  /** @param isDurable A reference is on the device once it has moved. */
  constructor(place: RepositoryPlace, isDurable: boolean, committer: Signature | undefined) {
    this.place = place
    this.#isDurable = isDurable
    this.#committer = {
      GIT_COMMITTER_NAME: committer?.name ?? 'Strata',
      GIT_COMMITTER_EMAIL: committer?.email ?? 'strata@localhost',
    }
    this.#objects = new GitProcess(() => this.#spawn('cat-file', '--batch'), parseObject)
    this.#sizes = new GitProcess(() => this.#spawn('cat-file', '--batch-check'), parseNamed)
    this.#refs = new GitProcess(() => this.#spawn('update-ref', '-m', 'strata', '--stdin'), parseLine)
  }

  #spawn(...args: readonly string[]) {
    const fsync = ['-c', `core.fsync=${this.#isDurable ? 'all' : 'none'}`]
    return spawnGit([`--git-dir=${this.place.ownFolder}`, ...fsync, ...args], this.#committer)
  }

  read(oid: string): Promise<GitObject | undefined> {
    return this.#objects.ask(`${oid}\n`)
  }

  async sizeOf(oid: string): Promise<number | undefined> {
    return (await this.#sizes.ask(`${oid}\n`))?.size
  }

  async resolve(name: string): Promise<string | undefined> {
    if (name.includes('\n')) return undefined
    const found = await this.#sizes.ask(`${name}^{commit}\n`)
    return found?.type === 'commit' ? found.oid : undefined
  }

  async moveRef({ ref, old, new: next }: RefMove): Promise<boolean> {
    const expected = old ?? '0'.repeat(this.place.hash === 'sha1' ? 40 : 64)
    try {
      const update = this.#refs.ask('start\n')
      const commit = this.#refs.ask(`update ${ref} ${next} ${expected}\ncommit\n`)
      await Promise.all([update, commit])
      return true
    } catch (error) {
      if (error instanceof GitEnded && MOVED.test(error.message)) return false
      throw error
    }
  }

  async updateWorkTree(folder: string, old: string, next: string): Promise<boolean> {
    const gitFolder = await this.#gitFolderOf(folder)
    const git = (...args: readonly string[]) =>
      runGit(['-C', folder, `--git-dir=${gitFolder}`, `--work-tree=${folder}`, ...args])
    // A file that was only touched has no changes.
    await git('update-index', '-q', '--refresh')
    const { code, stderr } = await git('read-tree', '-m', '-u', old, next)
    if (code === 0) return true
    if (/not uptodate|would be overwritten|would lose untracked|File exists/.test(stderr)) return false
    throw failureOfGit('update the working tree', stderr)
  }

  async #gitFolderOf(workTree: string): Promise<string> {
    const { stdout } = await runGit(['-C', workTree, 'rev-parse', '--absolute-git-dir'])
    return realpath(stdout.trim())
  }

  history(tip: string, path: string, signal: AbortSignal | undefined): AsyncIterable<FoundCommit> {
    return this.#history(tip, path, signal)
  }

  async *#history(tip: string, path: string, signal: AbortSignal | undefined): AsyncIterable<FoundCommit> {
    const format = '--format=%x00%H%n%an%n%ae%n%ct%n%B%x00'
    const child = this.#spawn('log', '--first-parent', '-m', format, tip, '--', `:(top,literal)${path}`)
    signal?.addEventListener('abort', () => child.kill(), { once: true })
    child.stdin.end()
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text
    })
    const ended = new Promise<number | null>(resolve => child.once('close', resolve))
    try {
      let record: string[] | undefined
      for await (const line of createInterface({ input: child.stdout, crlfDelay: Infinity })) {
        if (record !== undefined) record.push(line)
        else if (line.startsWith('\0')) record = [line.slice(1)]
        if (record === undefined || record.length < 2 || !line.endsWith('\0')) continue
        yield commitOf(record)
        record = undefined
      }
      if ((await ended) !== 0 && signal?.aborted !== true)
        throw failureOfGit('read the history of the repository', errors)
    } finally {
      child.kill()
    }
  }

  async writePack(pack: Uint8Array): Promise<void> {
    const child = this.#spawn('index-pack', '--stdin')
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text
    })
    child.stdout.resume()
    // That it has ended early is reported by its code.
    child.stdin.on('error', () => undefined)
    child.stdin.end(pack)
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    if (code !== 0) throw failureOfGit('write a pack', errors)
  }

  wrote(objects: number): void {
    if (objects < this.#tidied + PACK_AFTER || this.#tidying !== undefined) return
    this.#tidied = objects
    // As git does after its own commits: it checks whether there is enough to pack.
    this.#tidying = runGit([`--git-dir=${this.place.ownFolder}`, 'gc', '--auto', '--quiet']).then(
      () => {
        this.#tidying = undefined
      },
      () => undefined,
    )
  }

  async author(): Promise<PartialSignature> {
    const args = [`--git-dir=${this.place.ownFolder}`, 'config', '--get-regexp', '^user\\.(name|email)$']
    const lines = (await runGit(args)).stdout.split('\n')
    // The last one of a name applies.
    const get = (name: string) => lines.findLast(line => line.startsWith(`${name} `))?.slice(name.length + 1)
    return { name: get('user.name'), email: get('user.email') }
  }

  async close(): Promise<void> {
    await this.#tidying
    await Promise.all([this.#objects.close(), this.#sizes.close(), this.#refs.close()])
  }
}

function commitOf(lines: readonly string[]): FoundCommit {
  const [commit = '', name = '', email = '', time = '0', ...message] = lines
  return {
    commit,
    author: { name, email },
    time: Number(time) * 1000,
    message: message.join('\n').replace(/\n?\0$/, '\n'),
  }
}

interface Named {
  readonly oid: string
  readonly type: ObjectType
  readonly size: number
}

/** The first line of an answer of `cat-file`; `undefined` where it is not complete. */
function lineOf(bytes: Buffer): { readonly line: string; readonly length: number } | undefined {
  const end = bytes.indexOf(0x0a)
  return end < 0 ? undefined : { line: bytes.toString('latin1', 0, end), length: end + 1 }
}

function namedIn(line: string): Named | undefined {
  const [, oid, type, size] = /^([0-9a-f]{40,64}) (blob|tree|commit|tag) (\d+)$/.exec(line) ?? []
  return oid === undefined ? undefined : { oid, type: type as ObjectType, size: Number(size) }
}

function parseNamed(
  bytes: Buffer,
): { readonly answer: Named | undefined; readonly length: number } | undefined {
  const first = lineOf(bytes)
  return first && { answer: namedIn(first.line), length: first.length }
}

function parseLine(bytes: Buffer): { readonly answer: string; readonly length: number } | undefined {
  const first = lineOf(bytes)
  return first && { answer: first.line, length: first.length }
}

function parseObject(
  bytes: Buffer,
  needs: (length: number) => void,
): { readonly answer: GitObject | undefined; readonly length: number } | undefined {
  const first = lineOf(bytes)
  if (first === undefined) return undefined
  const named = namedIn(first.line)
  if (named === undefined) return { answer: undefined, length: first.length }
  const end = first.length + named.size
  if (bytes.length <= end) {
    needs(end + 1)
    return undefined
  }
  // A copy, so that a small value does not keep the whole chunk.
  const content = new Uint8Array(bytes.subarray(first.length, end))
  return { answer: { type: named.type, bytes: content }, length: end + 1 }
}
