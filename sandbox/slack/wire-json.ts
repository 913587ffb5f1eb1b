/**
 * JSON on the wire of the control interface, and Block Kit in it. Types only, like `wire.ts`.
 */

/** Any JSON: what it means is said where it is used. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Any Block Kit object: validated by `block-kit/`, rendered by the page. */
export type Block = { type: string; block_id?: string } & Record<string, Json | undefined>;
