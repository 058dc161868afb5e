import type { z } from 'zod'
import { historyProcedures } from './procedures/history.ts'
import { jobProcedures } from './procedures/jobs.ts'
import { levelProcedures } from './procedures/levels.ts'
import { overviewProcedures } from './procedures/overview.ts'
import { queryProcedures } from './procedures/query.ts'
import { residencyProcedures } from './procedures/residency.ts'
import { searchProcedures } from './procedures/search.ts'
import { secretProcedures } from './procedures/secrets.ts'
import { sessionProcedures } from './procedures/sessions.ts'
import { shellProcedures } from './procedures/shell.ts'
import { stackProcedures } from './procedures/stacks.ts'
import { storageProcedures } from './procedures/storage.ts'
import { fileProcedures, storeProcedures, streamProcedures, uploadProcedures } from './procedures/store.ts'
import { valueProcedures } from './procedures/values.ts'
import { workspaceProcedures } from './procedures/workspace.ts'
import type { Procedure, Reply } from './values.ts'

/** Every call that the page can make. The host implements each entry and parses its input. */
export const contract = {
  ...shellProcedures,
  ...workspaceProcedures,
  ...storageProcedures,
  ...secretProcedures,
  ...sessionProcedures,
  ...stackProcedures,
  ...storeProcedures,
  ...streamProcedures,
  ...uploadProcedures,
  ...fileProcedures,
  ...valueProcedures,
  ...levelProcedures,
  ...jobProcedures,
  ...searchProcedures,
  ...historyProcedures,
  ...queryProcedures,
  ...residencyProcedures,
  ...overviewProcedures,
} satisfies Record<string, Procedure>

export type Contract = typeof contract
export type ProcedureName = keyof Contract
export type Input<Name extends ProcedureName> = z.input<Contract[Name]['input']>
export type ParsedInput<Name extends ProcedureName> = z.output<Contract[Name]['input']>
export type Output<Name extends ProcedureName> = z.output<Contract[Name]['output']>

/** What the host offers over birpc: a single function, so that every input is parsed in one place. */
export interface HostFunctions {
  /** @param id Chosen by the page; names the call in `cancel`. */
  call(id: number, name: string, input: unknown): Promise<Reply<unknown>>
  /** Ends a running call: it answers `ABORTED`. An unknown id is ignored. */
  cancel(id: number): void
}
