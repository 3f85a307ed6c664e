import { Fragment, useEffect, useRef } from 'react'
import { MOD } from '../composer/keys.ts'

type Keys = readonly (readonly [key: string, what: string])[]

const GROUPS: readonly (readonly [title: string, keys: Keys])[] = [
  [
    'Writing',
    [
      ['Enter', 'send; while a turn runs, queue'],
      [`${MOD}Enter`, 'send into the running turn, now'],
      ['Shift+Enter', 'new line'],
      ['↑', 'last message, in an empty field'],
      ['Esc', 'stop the turn (twice when text is written)'],
    ],
  ],
  [
    'Answering',
    [
      ['y', 'approve once; allow for this turn'],
      ['s', 'approve for the session'],
      ['n', 'decline'],
      ['e', 'add a note to the answer'],
    ],
  ],
  [
    'Everywhere',
    [
      [`${MOD}K`, 'find a conversation'],
      ['j', 'next conversation'],
      ['k', 'previous conversation'],
      ['g s', 'seeds: the stored logins'],
      ['.', 'stop the turn'],
      ['d', 'changes'],
      ['t', 'terminal'],
      ['Ctrl+Shift+L', 'leave the terminal, where all other keys are the program’s'],
      ['← →', 'width of a pane, on the line beside it'],
      ['?', 'this sheet'],
    ],
  ],
]

/** The keys of the page. Letters work while nothing is being written. */
export function KeySheet({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog ref={dialog} className="x-sheet" aria-label="Keys" onClose={onClose}>
      <h2>Keys</h2>
      {GROUPS.map(([title, keys]) => (
        <Fragment key={title}>
          <h3>{title}</h3>
          <dl>
            {keys.map(([key, what]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
        </Fragment>
      ))}
      <button type="button" autoFocus onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  )
}
