/**
 * `GET /_sandbox/state`: the whole workspace as one JSON object, for the page and for tests.
 */
import type { ScenarioInfo, Services, State } from './wire.js';
import type { World } from './world.js';

export function stateOfWorld(world: World, services: Services, scenarios: ScenarioInfo[]): State {
  const { store, views, delivery, manifest } = world;
  return {
    team: store.team,
    bot: { user_id: store.bot.user_id, bot_id: store.bot.bot_id, connection: delivery.connection() },
    users: [...store.users.values()],
    groups: store.groups.map(({ id, handle }) => ({ id, handle })),
    channels: [...store.channels.values()],
    views: views.all(),
    homes: views.homes(),
    commands: [...manifest.commands.values()].map(({ command, description, usage_hint }) => ({
      command,
      description,
      usage_hint,
    })),
    shortcuts: [...manifest.shortcuts.values()],
    services,
    scenarios,
  };
}
