/** Characters of a message at most, as `String.length` counts them. */
export const MAX_MESSAGE_LENGTH = 512 * 1024
/** Characters of everything that is said in answer to a question at most. */
export const MAX_ANSWER_LENGTH = 64 * 1024
/** Characters of a path at most: what Linux takes. */
export const MAX_PATH_LENGTH = 4096

/** Bytes of a character in JSON at most: as `\u0000`. What is allowed by length must not fail by size. */
const ESCAPED_BYTES = 6
/** Room for the names and the short values around the one long value of a body. */
const ENVELOPE_BYTES = 4 * 1024

/** Bytes of the body that holds a message. */
export const MAX_MESSAGE_BYTES = ESCAPED_BYTES * MAX_MESSAGE_LENGTH + ENVELOPE_BYTES
/** Bytes of every other body: none holds more than a path. */
export const MAX_BODY_BYTES = ESCAPED_BYTES * MAX_PATH_LENGTH + ENVELOPE_BYTES
/** Bytes of the body that answers a question. */
export const MAX_ANSWER_BYTES = ESCAPED_BYTES * MAX_ANSWER_LENGTH + ENVELOPE_BYTES
