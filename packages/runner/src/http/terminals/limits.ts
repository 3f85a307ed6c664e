/** Columns or rows at most: a screen costs memory by its area. */
export const MAX_TERMINAL_SIDE = 1000
/** Bytes of one message of a viewer at most. */
export const MAX_INPUT_MESSAGE = 1024 * 1024
/** Bytes of one burst at most, in however many messages it comes. */
export const MAX_BURST = 16 * 1024 * 1024
/** Bytes at most that one viewer typed and the program has not taken yet. */
export const MAX_PENDING_INPUT = 2 * MAX_BURST
