/** What became of a deliverable that was announced. */
export type DeliverableFate =
  | { readonly type: 'accepted' }
  | { readonly type: 'correction'; readonly text: string }
  | { readonly type: 'bad-path' }
  | { readonly type: 'outside' }
  | { readonly type: 'missing' }
  | { readonly type: 'too-large'; readonly maxBytes: number }
  | { readonly type: 'unreadable'; readonly why: string }
  | { readonly type: 'trouble' }
  | { readonly type: 'no-answer' }

const MAX_NAME_CHARACTERS = 300

/**
 * The one reply to an announcement, with its number, so that the agent can tell announcements of one path apart.
 * @param name the path as far as it is known
 */
export function renderDeliverableReply(name: string, id: string, fate: DeliverableFate): string {
  const shown = name.length > MAX_NAME_CHARACTERS ? `${name.slice(0, MAX_NAME_CHARACTERS)}…` : name
  return `deliverable ${shown} (#${id}): ${tell(fate)}`
}

function tell(fate: DeliverableFate): string {
  switch (fate.type) {
    case 'accepted':
      return 'accepted, thank you.'
    case 'correction':
      return fate.text
    case 'bad-path':
      return 'rejected: this is not the path of a file. Put the file below ./deliverables/ and announce it again.'
    case 'outside':
      return 'rejected: it does not lie below ./deliverables/. Move it there, no link, and announce it again.'
    case 'missing':
      return 'rejected: there is no such file. Write it first, then announce it again.'
    case 'too-large':
      return `rejected: it has more than ${fate.maxBytes} bytes. Make it smaller or split it, and announce it again.`
    case 'unreadable':
      return `rejected: it could not be read (${fate.why}). Look at it, and announce it again; if that does not help, a person has to.`
    case 'trouble':
      return 'it has arrived, but there was trouble on our side, which is not your fault. A person probably has to help; announce it again after this session was resumed.'
    case 'no-answer':
      return 'it has arrived, but nobody on our side answered in time, which is not your fault. Go on; announce it again after this session was resumed.'
  }
}
