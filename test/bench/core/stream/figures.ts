import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** `memory` keeps the whole value: its memory is that of buffering. */
export type StreamedStore = 'memory' | 'fs' | 'tiered' | 'sharded' | 'gzip' | 'brotli' | 'zstd'

/** Seconds of a put and a get, and the most memory of the process before and after, in MiB. */
export interface StreamFigures {
  readonly put: number
  readonly get: number
  readonly before: number
  readonly peak: number
}

/**
 * Puts and gets a value of this size in a process of its own.
 * @param program The bundle of `program.ts`.
 */
export async function streamThrough(
  program: string,
  store: StreamedStore,
  mebibytes: number,
): Promise<StreamFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'strata-stream-'))
  try {
    const { stdout } = await run(process.execPath, [program, store, folder, String(mebibytes)])
    return JSON.parse(stdout) as StreamFigures
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
