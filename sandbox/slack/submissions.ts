/**
 * What the acknowledgement of a view submission does: close, field errors, another view, or all closed.
 * Invariant: an acknowledgement that Slack would not understand leaves the view open and says why.
 */
import { elementsIn } from './element-ids.js';
import { SlackError } from './errors.js';
import { asObject } from './json.js';
import type { JsonObject } from './json.js';
import type { Json, OpenView, Outcome } from './wire.js';
import type { World } from './world.js';

export function applySubmission(
  world: World,
  view: OpenView,
  ack: Json | undefined,
  interaction: string,
): Partial<Outcome> {
  const cause = { interaction };
  const answer = asObject(ack) ?? {};
  switch (answer.response_action) {
    case undefined:
      world.views.close(view, false, cause);
      return {};
    case 'clear':
      world.views.close(view, true, cause);
      return {};
    case 'errors': {
      const errors = fieldErrors(view, answer);
      world.views.showErrors(view, errors, cause);
      return { errors };
    }
    case 'update':
      world.views.update(view, answer.view, undefined, cause);
      return {};
    case 'push':
      world.views.push(view.user, answer.view, cause);
      return {};
    default:
      throw new SlackError(`invalid response_action ${JSON.stringify(answer.response_action)}`);
  }
}

/** Errors must name input blocks of the view; anything else Slack answers with "trouble connecting". */
function fieldErrors(view: OpenView, answer: JsonObject): Record<string, string> {
  const entries = Object.entries(asObject(answer.errors) ?? {});
  if (entries.length === 0) throw new SlackError('response_action errors needs errors');
  const inputs = new Set(
    elementsIn(view.view.blocks).flatMap(({ block, isInput }) => (isInput ? [block.block_id] : [])),
  );
  for (const [blockId, text] of entries) {
    if (!inputs.has(blockId))
      throw new SlackError(`errors names ${JSON.stringify(blockId)}, which is not an input block`);
    if (typeof text !== 'string' || text === '')
      throw new SlackError(`the error of ${blockId} must be a text`);
  }
  return Object.fromEntries(entries) as Record<string, string>;
}
