/**
 * A message that Slack surely takes: with its blocks, with plainer ones where it refuses those, as its text alone at last,
 * because a refused message looks like silence.
 */
import type { Log } from '../../kernel/log.js';
import type { Card } from '../../ports/card.js';
import { callFault, isRefused } from './client.js';
import { blockRefusals } from './refusals.js';

/** Workspaces get new kinds of blocks at different times; a chart is no reason to lose a card's buttons. */
const chartType = 'data_visualization';

/** Throws what `post` throws, unless it is a refusal of blocks. */
export async function postPlainly<Value>(
  { text, blocks, plainer }: Card,
  post: (card: Card) => Promise<Value>,
  log: Log,
): Promise<Value> {
  const plain = plainer ?? blocks.filter(({ type }) => type !== chartType);
  for (const tried of plain.length === blocks.length && plainer === undefined ? [blocks] : [blocks, plain]) {
    try {
      return await post({ text, blocks: tried });
    } catch (error) {
      const fault = callFault(error);
      if (!isRefused(fault, blockRefusals)) throw error;
      log.error({ refusal: fault.error, remarks: fault.messages }, 'Slack refused the blocks of a message');
    }
  }
  return post({ text, blocks: [] });
}
