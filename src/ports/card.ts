/**
 * What the desk shows: a text that stands on its own (notifications, screen readers, the fallback when blocks are
 * refused) and the blocks that are drawn. Only `views` knows what is inside a block.
 */
export interface CardBlock {
  readonly type: string;
}

export interface Card {
  readonly text: string;
  readonly blocks: readonly CardBlock[];
  /** The same in blocks that every Slack takes, where `blocks` has newer ones. */
  readonly plainer?: readonly CardBlock[];
}
