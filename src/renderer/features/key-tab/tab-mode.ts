/** What the main part of the tab shows: the editor, the edits beside the stored value, or both sides of a conflict. */
export type TabMode = 'edit' | 'review' | 'merge'
