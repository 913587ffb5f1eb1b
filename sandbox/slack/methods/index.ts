/**
 * Every Web API method that there is, by name. What is not in this table answers `unknown_method`.
 */
import { BASICS } from './basics.js';
import { CHAT } from './chat.js';
import { CONVERSATIONS } from './conversations.js';
import { FILES } from './files.js';
import type { Method } from './method.js';
import { PEOPLE } from './people.js';
import { VIEWS } from './views.js';

export const METHODS: ReadonlyMap<string, Method> = new Map(
  [...BASICS, ...CHAT, ...CONVERSATIONS, ...PEOPLE, ...VIEWS, ...FILES].map((method) => [
    method.name,
    method,
  ]),
);
