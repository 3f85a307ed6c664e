import { useEffect, useRef } from 'react'

const KEYS: readonly (readonly [string, string])[] = [
  ['Enter', 'send, or add to the running turn'],
  ['Shift+Enter', 'new line'],
  ['Esc', 'stop the turn (twice when text is written)'],
  ['.', 'stop the turn'],
  ['y', 'approve once'],
  ['s', 'approve for the session'],
  ['n', 'decline'],
  ['j', 'next conversation'],
  ['k', 'previous conversation'],
  ['?', 'this sheet'],
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
      <dl>
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <button type="button" autoFocus onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  )
}
