/**
 * views.*: modals and App Home. What a view must look like is the validator's business, who sees it the stack's.
 */
import { SlackError } from '../errors.js';
import type { JsonObject } from '../json.js';
import { stateValues } from '../element-state.js';
import { viewPayload } from '../payloads.js';
import { tiers } from '../rate-limits.js';
import type { OpenView } from '../wire.js';
import { userArgument } from './method.js';
import type { Call, Method } from './method.js';

function shown({ world }: Call, view: OpenView): JsonObject {
  return { view: viewPayload(world, view, stateValues(view.view.blocks)) };
}

/**
 * Opens or pushes with a trigger. The trigger is used up even when the view is refused, as in Slack. A view is pushed with a
 * trigger out of the modal that it is pushed on, while that is open.
 */
function withTrigger(call: Call, how: 'open' | 'push'): JsonObject {
  const { world, args } = call;
  const triggerId = args.text('trigger_id') ?? args.required('interactivity_pointer');
  const { user, interaction, modal } = world.triggers.exchange(triggerId);
  if (how === 'push' && world.views.top(user)?.root_view_id !== modal) throw new SlackError('not_found');
  return shown(call, world.views[how](user, args.json('view'), { interaction }));
}

/** @throws SlackError not_found */
function existing({ world, args }: Call): OpenView {
  const externalId = args.text('external_id');
  const view =
    externalId === undefined
      ? world.views.find(args.required('view_id'))
      : world.views.findByExternalId(externalId);
  if (view === undefined) throw new SlackError('not_found');
  return view;
}

export const views: readonly Method[] = [
  {
    name: 'views.open',
    token: 'bot',
    scopes: [],
    rate: tiers.tier4,
    run: (call) => withTrigger(call, 'open'),
  },
  {
    name: 'views.push',
    token: 'bot',
    scopes: [],
    rate: tiers.tier4,
    run: (call) => withTrigger(call, 'push'),
  },
  {
    name: 'views.update',
    token: 'bot',
    scopes: [],
    rate: tiers.tier4,
    run: (call) =>
      shown(call, call.world.views.update(existing(call), call.args.json('view'), call.args.text('hash'))),
  },
  {
    name: 'views.publish',
    token: 'bot',
    scopes: [],
    rate: tiers.tier4,
    run: (call) => {
      if (!call.world.manifest.homeTab) throw new SlackError('not_enabled');
      const user = userArgument(call, 'user_id');
      return shown(call, call.world.views.publish(user.id, call.args.json('view'), call.args.text('hash')));
    },
  },
];
