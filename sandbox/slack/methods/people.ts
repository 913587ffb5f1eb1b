/**
 * users.* and usergroups.*: people and the groups they are mentioned by.
 */
import { SlackError } from '../errors.js';
import { tiers } from '../rate-limits.js';
import { groupObject, slackbot, userObject } from '../people-objects.js';
import { nextCursor, pageOf, userArgument } from './method.js';
import type { Method } from './method.js';

export const people: readonly Method[] = [
  {
    name: 'users.info',
    token: 'bot',
    scopes: ['users:read'],
    rate: tiers.tier4,
    run: (call) => {
      const isSlackbot = call.args.text('user') === slackbot.id;
      return { user: userObject(call.world, isSlackbot ? slackbot : userArgument(call)) };
    },
  },
  {
    name: 'users.list',
    token: 'bot',
    scopes: ['users:read'],
    rate: tiers.tier2,
    run: (call) => {
      const own = [...call.world.store.users.values()].filter(({ team_id }) => team_id === undefined);
      const { page, cursor } = pageOf([slackbot, ...own], call);
      return {
        members: page.map((user) => userObject(call.world, user)),
        cache_ts: 0,
        ...nextCursor(cursor),
      };
    },
  },
  {
    name: 'users.lookupByEmail',
    token: 'bot',
    scopes: ['users:read.email'],
    rate: tiers.tier3,
    run: ({ world, args }) => {
      const email = args.required('email').toLowerCase();
      const user = [...world.store.users.values()].find(
        (each) => each.email === email && !each.deleted && each.team_id === undefined,
      );
      if (user === undefined) throw new SlackError('users_not_found');
      return { user: userObject(world, user) };
    },
  },
  {
    name: 'usergroups.list',
    token: 'bot',
    scopes: ['usergroups:read'],
    rate: tiers.tier2,
    run: ({ world, args }) => ({
      usergroups: world.store.groups
        .filter(({ is_disabled }) => !is_disabled || args.flag('include_disabled'))
        .map((group) =>
          groupObject(world, group, {
            withUsers: args.flag('include_users'),
            withCount: args.flag('include_count'),
          }),
        ),
    }),
  },
  {
    name: 'usergroups.users.list',
    token: 'bot',
    scopes: ['usergroups:read'],
    rate: tiers.tier2,
    run: ({ world, args }) => {
      const id = args.required('usergroup');
      const group = world.store.groups.find((each) => each.id === id);
      const isHidden = group?.is_disabled === true && !args.flag('include_disabled');
      if (group === undefined || isHidden) throw new SlackError('no_such_subteam');
      return { users: group.users };
    },
  },
];
