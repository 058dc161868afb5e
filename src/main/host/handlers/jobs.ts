import type { jobProcedures } from '../../../shared/procedures/jobs.ts'
import type { HandlersOf } from '../calls/call.ts'
import type { HostParts } from '../host-parts.ts'

export function jobHandlers({ sessions, jobs }: HostParts): HandlersOf<typeof jobProcedures> {
  return {
    'jobs.start': ({ session, request }) => jobs.start(sessions.get(session), request),
    'jobs.list': () => ({ jobs: jobs.infos }),
    'jobs.cancel': ({ job }) => jobs.cancel(job),
  }
}
