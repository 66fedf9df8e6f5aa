/** What reading a piece of text gives: its value, or a sentence that says what is wrong with it. */
export type Parsed<T> = { readonly value: T } | { readonly problem: string };
