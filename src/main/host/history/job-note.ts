import { z } from 'zod'

const schema = z.object({
  title: z.string(),
  kind: z.string().optional(),
  data: z.unknown().optional(),
  /** It changed nothing, so there is nothing to undo. */
  isEmpty: z.boolean().optional(),
})

/** What a journal keeps of a job, as the note of its entry. */
export type JobNote = z.infer<typeof schema>

/** `undefined` for an entry of another version of this program. */
export function jobNoteOf({ note }: { readonly note?: string | undefined }): JobNote | undefined {
  if (note === undefined) return undefined
  try {
    return schema.parse(JSON.parse(note))
  } catch {
    return undefined
  }
}
