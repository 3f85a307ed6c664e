/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** A JSON object; its keys may hold any character. */
export type JsonObject = { readonly [key: string]: Json }
