/** Characters of a message at most, as `String.length` counts them. */
export const MAX_MESSAGE_LENGTH = 512 * 1024
/** Characters of everything that is said in answer to a question at most. */
export const MAX_ANSWER_LENGTH = 64 * 1024
/** Characters of a path at most: what Linux takes. */
export const MAX_PATH_LENGTH = 4096
/** Characters of what a person calls a seed. */
export const MAX_SEED_NAME_LENGTH = 200
/** Characters of an API key; those that there are have some 200. */
export const MAX_KEY_LENGTH = 4096
export const MAX_PASSPHRASE_LENGTH = 1024
/** Bytes of an exported login at most: the files of a login have 1 MiB each at most, and there are three. */
export const MAX_EXPORT_BYTES = 4 * 1024 * 1024

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
/** Bytes of the body that holds an exported login, in base64. */
export const MAX_IMPORT_BYTES =
  Math.ceil((MAX_EXPORT_BYTES * 4) / 3) + ESCAPED_BYTES * MAX_PASSPHRASE_LENGTH + ENVELOPE_BYTES
