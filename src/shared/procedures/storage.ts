import { z } from 'zod'
import { done, MAX_KEY_LENGTH, nothing, procedure } from '../values.ts'

/** The maximum length of one stored text in characters. */
export const MAX_STORED_TEXT = 2 * 1024 * 1024

const itemName = z
  .string()
  .min(1)
  .max(MAX_KEY_LENGTH + 256)

export const storedItem = z.strictObject({ name: itemName, text: z.string().max(MAX_STORED_TEXT) })
export type StoredItem = z.infer<typeof storedItem>

/** An item; without a text, the name of a removed one. */
export const storedChange = z.strictObject({
  name: itemName,
  text: z.string().max(MAX_STORED_TEXT).optional(),
})

/** What pages keep between runs: drafts, tabs, the state of trees. Only pages interpret the texts. */
export const storageProcedures = {
  'storage.load': procedure(nothing, z.strictObject({ items: z.array(storedItem) })),
  /** Stores a text under a name; without a text, removes it. Other pages are notified (`storageChanged`). */
  'storage.set': procedure(storedChange, done),
}
