/**
 * What the entries of a registry together need of the desk, read from what each `run` takes, so that a registry is a plain list.
 */

type Taker<Entry> = Entry extends { run(first: never, desk: infer Deps, ...rest: never[]): unknown }
  ? (desk: Deps) => void
  : never;

/** A function that stands in for all of these takes the intersection of what each takes. */
export type DeskFor<Entry> = Taker<Entry> extends (desk: infer Deps) => void ? Deps : never;
