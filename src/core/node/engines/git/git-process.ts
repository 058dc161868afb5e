import { type ChildProcessWithoutNullStreams, execFile, spawn } from 'node:child_process'
import { DatastoreError, failure } from '../../../errors.ts'
import { systemCode } from '../../fs/disk.ts'

/** Settings that the repository may not choose: they would run programs that it names. */
const SAFE = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'gc.autoDetach=false']

/** The environment of this process without what would lead git to another repository. */
function environment(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^GIT_/.test(name))
  return { ...Object.fromEntries(own), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', ...more }
}

/** Whether the program git can be run. */
export function hasGit(): Promise<boolean> {
  return new Promise(resolve => {
    execFile('git', ['--version'], { env: environment({}) }, error => resolve(error === null))
  })
}

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs git once. @param more More of the environment. */
export function runGit(args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const options = { env: environment(more), maxBuffer: 64 * 1024 * 1024 }
    execFile('git', [...SAFE, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code
      if (typeof code === 'number') resolve({ code, stdout, stderr })
      else reject(error ?? new Error('git could not be run'))
    })
  })
}

/** Starts git. The caller reads its output. */
export function spawnGit(
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): ChildProcessWithoutNullStreams {
  return spawn('git', [...SAFE, ...args], { env: environment(more), stdio: 'pipe' })
}

interface Request<Answer> {
  readonly resolve: (answer: Answer) => void
  readonly reject: (error: unknown) => void
}

/**
 * A git process that is kept open and answers requests in their order. One that has ended is started again by the next
 * request.
 */
export class GitProcess<Answer> {
  readonly #start: () => ChildProcessWithoutNullStreams
  readonly #parse: (bytes: Buffer) => { readonly answer: Answer; readonly length: number } | undefined
  #child: ChildProcessWithoutNullStreams | undefined
  #asked: Request<Answer>[] = []
  #chunks: Buffer[] = []
  #size = 0
  /** The number of bytes that the next answer has at least. */
  #needs = 0
  #unsent: string[] = []

  /**
   * @param parse Takes one answer from the front of the bytes; `undefined` if it is not complete. `needs` says how many
   * bytes it has at least.
   */
  constructor(
    start: () => ChildProcessWithoutNullStreams,
    parse: (
      bytes: Buffer,
      needs: (length: number) => void,
    ) => { readonly answer: Answer; readonly length: number } | undefined,
  ) {
    this.#start = start
    this.#parse = bytes =>
      parse(bytes, length => {
        this.#needs = length
      })
  }

  /** @throws GitEnded if the process ends before it answers. */
  ask(request: string): Promise<Answer> {
    this.#child ??= this.#started()
    // Requests of one turn are sent as one.
    if (this.#unsent.length === 0) process.nextTick(() => this.#send())
    this.#unsent.push(request)
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject })
    })
  }

  #send(): void {
    this.#child?.stdin.write(this.#unsent.join(''))
    this.#unsent = []
  }

  /** Ends the process after the requests that were made. */
  async close(): Promise<void> {
    const child = this.#child
    if (child === undefined) return
    const ended = new Promise(resolve => child.once('close', resolve))
    this.#send()
    child.stdin.end()
    await ended
  }

  #started(): ChildProcessWithoutNullStreams {
    const child = this.#start()
    let errors = ''
    let broken: unknown
    child.stdout.on('data', (chunk: Buffer) => this.#read(chunk))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text
    })
    // A process that has ended is reported by `close`.
    child.stdin.on('error', () => undefined)
    child.on('error', error => {
      broken = error
    })
    child.once('close', () => {
      if (this.#child === child) this.#child = undefined
      const asked = this.#asked
      this.#asked = []
      this.#chunks = []
      this.#size = 0
      this.#needs = 0
      for (const { reject } of asked) reject(new GitEnded(errors.trim(), broken))
    })
    return child
  }

  #read(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#size += chunk.length
    if (this.#size < this.#needs) return
    let bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks)
    for (;;) {
      this.#needs = 0
      const parsed = this.#parse(bytes)
      if (parsed === undefined) break
      bytes = bytes.subarray(parsed.length)
      this.#asked.shift()?.resolve(parsed.answer)
    }
    this.#chunks = bytes.length === 0 ? [] : [bytes]
    this.#size = bytes.length
  }
}

/** A git process ended instead of answering. */
export class GitEnded extends Error {
  override name = 'GitEnded'

  constructor(message: string, cause: unknown) {
    super(message === '' ? 'git has ended' : message, { cause })
  }
}

/** A failure of git or of the files of a repository in the terms of a store; anything else as it is. */
export function gitFailure(action: string, error: unknown): unknown {
  if (error instanceof DatastoreError) return error
  if (error instanceof GitEnded) return failureOfGit(action, error.message, error)
  const code = systemCode(error)
  if (code === undefined || !(error instanceof Error)) return error
  if (code === 'EACCES' || code === 'EPERM') {
    return failure('ACCESS_DENIED', action, undefined, error.message, error)
  }
  return failure(code === 'EROFS' ? 'READ_ONLY' : 'IO', action, undefined, error.message, error)
}

/** The failure that git reports by a message. */
export function failureOfGit(action: string, message: string, cause?: unknown): Error {
  const text = message.replace(/^(?:fatal|error): /, '').split('\n')[0] ?? ''
  if (/dubious ownership/.test(message)) {
    const state = 'git refuses it, because it belongs to another user (safe.directory)'
    return failure('ACCESS_DENIED', action, undefined, state, cause)
  }
  if (/ermission denied/.test(message)) return failure('ACCESS_DENIED', action, undefined, text, cause)
  if (/ead-only file system/.test(message)) return failure('READ_ONLY', action, undefined, text, cause)
  return failure('IO', action, undefined, text === '' ? 'git failed' : text, cause)
}
