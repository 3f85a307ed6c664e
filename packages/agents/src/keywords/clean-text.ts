/** Most characters of a text in an event. */
export const MAX_TEXT_CHARACTERS = 16 * 1024

// eslint-disable-next-line no-control-regex -- these are what is looked for
const CONTROLS = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f]/g

/** To see that there are none costs a fifth of what it costs to look for one. */
const CLEAN = /^[\t -~\u00a0-\uffff]*$/

/** A text that may be shown: a bounded one, in which no character acts on a terminal. Tabs stay. */
export function cleanText(text: string): string {
  return replaceControls(text.length > MAX_TEXT_CHARACTERS ? cutText(text) : text)
}

/** U+FFFD in place of every control character but tabs. */
export function replaceControls(text: string): string {
  return CLEAN.test(text) ? text : text.replace(CONTROLS, '\ufffd')
}

function cutText(text: string): string {
  const last = text.charCodeAt(MAX_TEXT_CHARACTERS - 2)
  const isHalf = last >= 0xd800 && last < 0xdc00
  return `${text.slice(0, MAX_TEXT_CHARACTERS - (isHalf ? 2 : 1))}…`
}
