/**
 * Every Web API method that there is, by name. What is not in this table answers `unknown_method`.
 */
import { BASICS } from './basics.js';
import { BOOKMARKS } from './bookmarks.js';
import { CHANNEL_SETTINGS } from './channel-settings.js';
import { CHAT } from './chat.js';
import { CONVERSATIONS } from './conversations.js';
import { FILES } from './files.js';
import { HISTORY } from './history.js';
import { MEMBERSHIP } from './membership.js';
import type { Method } from './method.js';
import { PEOPLE } from './people.js';
import { PINS } from './pins.js';
import { REACTIONS } from './reactions.js';
import { SCHEDULED } from './scheduled.js';
import { UNFURLS } from './unfurls.js';
import { VIEWS } from './views.js';

export const METHODS: ReadonlyMap<string, Method> = new Map(
  [
    ...BASICS,
    ...CHAT,
    ...SCHEDULED,
    ...UNFURLS,
    ...CONVERSATIONS,
    ...HISTORY,
    ...MEMBERSHIP,
    ...CHANNEL_SETTINGS,
    ...PEOPLE,
    ...VIEWS,
    ...FILES,
    ...BOOKMARKS,
    ...PINS,
    ...REACTIONS,
  ].map((method) => [method.name, method]),
);
