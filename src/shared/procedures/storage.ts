import { z } from 'zod'
import { done, MAX_KEY_LENGTH, nothing, procedure } from '../values.ts'

/** Characters of one text that the host keeps for pages. */
export const MAX_STORED_TEXT = 2 * 1024 * 1024

const itemName = z
  .string()
  .min(1)
  .max(MAX_KEY_LENGTH + 256)

export const storedItem = z.strictObject({ name: itemName, text: z.string().max(MAX_STORED_TEXT) })
export type StoredItem = z.infer<typeof storedItem>

/** An item, or without a text the name of one that is kept no longer. */
export const storedChange = z.strictObject({
  name: itemName,
  text: z.string().max(MAX_STORED_TEXT).optional(),
})

/** What pages keep from one start to the next: drafts, tabs, the state of trees. Only pages know what the texts mean. */
export const storageProcedures = {
  'storage.load': procedure(nothing, z.strictObject({ items: z.array(storedItem) })),
  /** Keeps a text under a name; without a text, forgets it. Other pages are told (`storageChanged`). */
  'storage.set': procedure(storedChange, done),
}
