/**
 * What a value must be for our types to hold, loose about all that a newer server may add. Generated as data, because
 * data is smaller than code.
 *
 * A text is a row of letters, one for each JSON type that is fine as it is: `s` text, `n` number, `b` boolean, `0`
 * null, `o` object, `a` array, `*` anything. It may end in what other values must be: `#Name` that definition,
 * `[...` an array of it, `{...` an object with such values.
 *
 * An object lists properties; one that ends in `?` may be missing.
 *
 * `[text, shape]` is the text continued by a shape that is not text. `[letters, tag, variants]` is an object whose
 * property `tag` names its variant; without a tag its only key does. Unknown variants are fine.
 */
export type Shape = string | ShapeFields | ShapeContinued | ShapeVariants

export interface ShapeFields {
  readonly [property: string]: Shape
}

type ShapeContinued = readonly [text: string, shape: Shape]

type ShapeVariants = readonly [letters: string, tag: string, variants: ShapeFields]
