/** What the registries of blocks and elements hand to the component of each type. */
import type { VNode } from 'preact';
import type { Obj } from './json.js';
import type { Slot } from './surface.js';

export interface BlockProps {
  block: Obj;
  /** The block's id on its surface. */
  id: string;
  /** Draws blocks inside this one. Handed down, so that no block has to import the registry that lists it. */
  nested: (blocks: Obj[]) => VNode;
}

export interface ElementProps {
  element: Obj;
  slot: Slot;
}
