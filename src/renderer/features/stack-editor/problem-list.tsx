import { CircleAlert, TriangleAlert } from 'lucide-react'
import { useId } from 'react'
import { optionLabel } from '../../../core/stack/config-error.ts'
import { formFields } from './form/form-fields.ts'
import type { PlacedProblem } from './model/problems.ts'
import { nodeTitle, type StackNode } from './model/stack-node.ts'
import styles from './problem-list.module.css'
import { select } from './state/edit-actions.ts'
import { useEditor, useEditorState, useProblems } from './state/editor-context.ts'
import { type EditorState, type EditorStore, focusOn } from './state/editor-store.ts'

/** All problems of the draft. A click goes to the place of one. */
export function ProblemList() {
  const { store } = useEditor()
  const heading = useId()
  const problems = useProblems()
  return (
    <section className={styles['pane']} aria-labelledby={heading}>
      <div className={styles['header']}>
        <h2 id={heading} className={styles['title']}>
          Problems
        </h2>
        <span role="status">{countText(problems)}</span>
        <StateLine />
      </div>
      {problems.length > 0 && (
        <ul className={styles['list']} aria-labelledby={heading}>
          {problems.map((problem, index) => (
            <li key={`${index} ${problem.path}`}>
              <button type="button" className={styles['problem']} onClick={() => goToProblem(store, problem)}>
                <Mark severity={problem.severity} />
                <span className={styles['place']} title={problem.path}>
                  {placeText(problem)}
                </span>
                <span className={styles['message']}>{problem.message}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** The node and its option that a problem is about, by the names that the form has for them. */
export function placeText({ node, field }: PlacedProblem): string {
  const option = field === undefined ? undefined : fieldLabel(node, field)
  const name = node === undefined ? 'The stack' : nodeTitle(node)
  return option === undefined ? name : `${name} · ${option}`
}

function fieldLabel(node: StackNode | undefined, field: string): string {
  if (node === undefined || ['id', 'kind', 'label'].includes(field)) return optionLabel(field)
  return formFields(node.info).find(({ name }) => name === field)?.label ?? field
}

function Mark({ severity }: Pick<PlacedProblem, 'severity'>) {
  const Icon = severity === 'error' ? CircleAlert : TriangleAlert
  return (
    <Icon size={14} className={styles[severity]} aria-label={severity === 'error' ? 'Error' : 'Warning'} />
  )
}

function countText(problems: readonly PlacedProblem[]): string {
  if (problems.length === 0) return 'None'
  const errors = problems.filter(({ severity }) => severity === 'error').length
  const warnings = problems.length - errors
  const parts = [errors > 0 && plural(errors, 'error'), warnings > 0 && plural(warnings, 'warning')]
  return parts.filter(part => part !== false).join(', ')
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

/** Whether the draft is applied, and whether it is saved. */
function StateLine() {
  const running = useEditorState(runningText)
  const saved = useEditorState(savedText)
  const path = useEditorState(state => state.path)
  return (
    <p role="status" className={styles['state']}>
      <span>{running}</span>
      <span title={path}>{saved}</span>
    </p>
  )
}

function runningText({ session, draft, applied }: EditorState): string {
  if (session === undefined) return 'Not open yet'
  return draft.text === applied ? 'Running as shown' : 'Changed, not applied'
}

function savedText({ path, draft, saved }: EditorState): string {
  if (path === undefined) return 'Not saved to a file'
  const name = path.split(/[/\\]/).at(-1) ?? path
  return draft.text === saved ? `Saved in ${name}` : `Not saved to ${name}`
}

/** Selects the node and focuses the field that has the problem, or the text if there is no such field. */
export function goToProblem(store: EditorStore, problem: PlacedProblem): void {
  const { node, field, from } = problem
  store.setState({ visited: problem })
  if (node !== undefined) select(store, node.path)
  const names = ['kind', 'label', ...formFields(node?.info).map(({ name }) => name)]
  if (node === undefined && field === 'name') focusOn(store, { to: 'name' })
  else if (node !== undefined && field !== undefined && names.includes(field))
    focusOn(store, { to: 'field', name: field })
  else focusOn(store, { to: 'text', offset: from })
}

/** The problem after (or before) the one visited last; wraps around. */
export function nextProblem(
  problems: readonly PlacedProblem[],
  last: PlacedProblem | undefined,
  by: 1 | -1,
): PlacedProblem | undefined {
  const index = problems.findIndex(({ path, message }) => path === last?.path && message === last.message)
  const start = index < 0 && by < 0 ? 0 : index
  return problems.at((start + by) % Math.max(1, problems.length))
}
