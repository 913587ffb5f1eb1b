/**
 * Where pictures of people, of the app and of the workspace are, in the sizes in which Slack names them.
 */
import type { JsonObject } from './json.js';
import type { World } from './world.js';

/** `image_48` and so on. */
export const pictures = (world: World, id: string, sizes: readonly number[]): JsonObject =>
  Object.fromEntries(sizes.map((size) => [`image_${size}`, `${world.baseUrl()}/avatars/${id}/${size}`]));

export const botIcons = (world: World): JsonObject => pictures(world, world.store.bot.user_id, [36, 48, 72]);
