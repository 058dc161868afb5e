import { homedir } from 'node:os'
import { orAbort } from '../../../core/concurrency/abortable.ts'
import { validateDocument } from '../../../core/stack/parse.ts'
import type { Registry } from '../../../core/stack/registry.ts'
import type { jobProcedures } from '../../../shared/procedures/jobs.ts'
import type { sessionProcedures } from '../../../shared/procedures/sessions.ts'
import type { Problem, stackProcedures } from '../../../shared/procedures/stacks.ts'
import type { HandlersOf } from '../calls/dispatch.ts'
import { expandPath } from '../files/file-failure.ts'
import type { HostParts } from '../host-parts.ts'
import { recognise } from '../sessions/recognise.ts'
import { findJsonError } from '../stacks/json-error.ts'
import { readStackFile, writeStackFile } from '../stacks/stack-files.ts'
import { templates } from '../stacks/templates.ts'

export function sessionHandlers({ sessions, registry }: HostParts): HandlersOf<typeof sessionProcedures> {
  return {
    'sessions.open': ({ source, isReadOnly }) => sessions.open(source, isReadOnly),
    'sessions.test': ({ document }, { signal }) =>
      orAbort(sessions.test(document), signal, 'test a connection'),
    'sessions.recognise': ({ text }, { signal }) =>
      orAbort(recognise(text, registry), signal, 'recognise the text'),
    'sessions.list': () => ({ sessions: sessions.infos }),
    'sessions.close': async ({ session }) => {
      await sessions.close(session)
      return { done: true }
    },
    'sessions.lookAgain': ({ session }) => {
      sessions.get(session).refreshAll()
      return { done: true }
    },
    'sessions.setReadOnly': ({ session, isReadOnly }) => sessions.setReadOnly(session, isReadOnly),
    'sessions.setEnvironment': ({ session, environment }) => sessions.setEnvironment(session, environment),
    'sessions.plan': ({ session, document }, { signal }) =>
      orAbort(sessions.plan(session, document, signal), signal, 'plan a stack'),
    'sessions.apply': ({ session, document, decisions }) => sessions.apply(session, document, decisions),
  }
}

export function stackHandlers({ registry }: HostParts): HandlersOf<typeof stackProcedures> {
  return {
    'stacks.kinds': () => ({ kinds: [...registry.describe()] }),
    'stacks.templates': () => ({ templates: templates(homedir()) }),
    'stacks.validate': ({ text }) => ({ problems: validateText(text, registry) }),
    'stacks.read': async ({ path }) => {
      const file = expandPath(path)
      return { path: file, text: await readStackFile(file) }
    },
    'stacks.write': async ({ path, text, replace = false }) => {
      await writeStackFile(expandPath(path), text, replace)
      return { done: true }
    },
  }
}

/** All problems of the text of a stack document. Opens nothing. */
function validateText(text: string, registry: Registry): Problem[] {
  const syntax = findJsonError(text)
  if (syntax !== undefined) return [{ path: '', ...syntax }]
  return validateDocument(JSON.parse(text), registry).map(({ path, message }) => ({ path, message }))
}

export function jobHandlers({ sessions, jobs }: HostParts): HandlersOf<typeof jobProcedures> {
  return {
    'jobs.start': ({ session, request }) => jobs.start(sessions.get(session), request),
    'jobs.list': () => ({ jobs: jobs.infos }),
    'jobs.cancel': ({ job }) => jobs.cancel(job),
  }
}
