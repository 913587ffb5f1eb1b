/**
 * api.test, auth.test, apps.connections.open, blocks.validate, bots.info, team.info.
 */
import type { BlockError } from '../block-kit/spec.js';
import { validateBlocks, validateView } from '../block-kit/validate.js';
import { invalidArguments, SlackError } from '../errors.js';
import { asObject, toJson } from '../json.js';
import { botIcons, pictures } from '../pictures.js';
import { tiers } from '../rate-limits.js';
import type { Call, Method } from './method.js';

function validate({ args }: Call): { error: string; errors: BlockError[] } {
  const [blocks, message, view] = [args.json('blocks'), args.json('message'), args.json('view')];
  if ([blocks, message, view].filter((each) => each !== undefined).length !== 1) {
    throw invalidArguments('provide exactly one of blocks, view, or message');
  }
  if (view !== undefined) return { error: 'invalid_view', errors: validateView(view, '') };
  if (blocks !== undefined) return { error: 'invalid_blocks', errors: validateBlocks(blocks, 'message', '') };
  const content = asObject(message)?.blocks ?? [];
  return { error: 'invalid_message', errors: validateBlocks(content, 'message') };
}

export const basics: readonly Method[] = [
  {
    name: 'api.test',
    token: 'none',
    scopes: [],
    rate: tiers.tier4,
    run: ({ args }) => {
      const error = args.text('error');
      if (error !== undefined) throw new SlackError(error, { args: args.given() });
      return { args: args.given() };
    },
  },
  {
    name: 'auth.test',
    token: 'bot',
    scopes: [],
    rate: tiers.special,
    run: ({ world, world: { store } }) => ({
      url: `${world.baseUrl()}/`,
      team: store.team.name,
      user: store.users.get(store.bot.user_id)?.name ?? '',
      team_id: store.team.id,
      user_id: store.bot.user_id,
      bot_id: store.bot.bot_id,
      is_enterprise_install: false,
    }),
  },
  {
    name: 'apps.connections.open',
    token: 'app',
    scopes: [],
    rate: tiers.tier1,
    run: ({ world }) => ({
      url: world.baseUrl().replace(/^http/, 'ws') + world.delivery.sockets.issueTicket(),
    }),
  },
  {
    name: 'blocks.validate',
    token: 'bot',
    scopes: [],
    rate: tiers.special,
    run: (call) => {
      const { error, errors } = validate(call);
      if (errors.length > 0) throw new SlackError(error, { errors: errors.map(toJson) });
      return {};
    },
  },
  {
    name: 'bots.info',
    token: 'bot',
    scopes: ['users:read'],
    rate: tiers.tier3,
    run: ({ world, world: { store, manifest }, args }) => {
      if ((args.text('bot') ?? store.bot.bot_id) !== store.bot.bot_id) throw new SlackError('bot_not_found');
      const { bot_id: id, app_id, user_id } = store.bot;
      return {
        bot: {
          ...{ id, app_id, user_id, name: manifest.displayName, deleted: false, updated: 0 },
          icons: botIcons(world),
        },
      };
    },
  },
  {
    name: 'team.info',
    token: 'bot',
    scopes: ['team:read'],
    rate: tiers.tier3,
    run: ({ world, world: { store } }) => ({
      team: {
        ...store.team,
        url: `${world.baseUrl()}/`,
        email_domain: '',
        icon: { ...pictures(world, store.team.id, [34, 44, 68, 88, 102, 132, 230]), image_default: true },
        is_verified: false,
      },
    }),
  },
];
