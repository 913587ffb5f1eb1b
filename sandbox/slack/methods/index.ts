/**
 * Every Web API method that there is, by name. What is not in this table answers `unknown_method`.
 */
import { basics } from './basics.js';
import { bookmarkMethods } from './bookmarks.js';
import { channelSettings } from './channel-settings.js';
import { chat } from './chat.js';
import { conversations } from './conversations.js';
import { fileMethods } from './files.js';
import { historyMethods } from './history.js';
import { membership } from './membership.js';
import type { Method } from './method.js';
import { people } from './people.js';
import { pins } from './pins.js';
import { reactionMethods } from './reactions.js';
import { scheduled } from './scheduled.js';
import { unfurls } from './unfurls.js';
import { views } from './views.js';

/** Slack's reference lists no JSON for these, and what JSON says is not read: arguments come as a form or in the address. */
export const formOnlyMethods: ReadonlySet<string> = new Set([
  'bots.info',
  'chat.getPermalink',
  'conversations.history',
  'conversations.info',
  'conversations.list',
  'conversations.members',
  'conversations.replies',
  'files.getUploadURLExternal',
  'files.info',
  'pins.list',
  'reactions.get',
  'reactions.list',
  'team.info',
  'usergroups.list',
  'usergroups.users.list',
  'users.info',
  'users.list',
  'users.lookupByEmail',
]);

export const allMethods: ReadonlyMap<string, Method> = new Map(
  [
    ...basics,
    ...chat,
    ...scheduled,
    ...unfurls,
    ...conversations,
    ...historyMethods,
    ...membership,
    ...channelSettings,
    ...people,
    ...views,
    ...fileMethods,
    ...bookmarkMethods,
    ...pins,
    ...reactionMethods,
  ].map((method) => [method.name, method]),
);
