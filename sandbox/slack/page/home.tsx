/** The app's Home tab. Invariant: opening it tells the bot, which may publish a fresh view at any time. */
import type { VNode } from 'preact';
import { useEffect } from 'preact/hooks';
import { Blocks } from './block.js';
import { useDesk } from './desk.js';
import { Icon } from './icons.js';
import { useNewSurface } from './surface.js';

export function AppHome(): VNode {
  const { store, person, api } = useDesk();
  useEffect(() => void api.home({ user: person.id }), [api, person.id]);
  const home = store.homes[person.id];
  const blocks = home?.view.blocks ?? [];
  const surface = useNewSurface('home', blocks, { view_id: home?.id ?? '' });
  return (
    <div class="home" role="region" aria-label="Home" tabIndex={0}>
      {blocks.length > 0 ? (
        <Blocks blocks={blocks} surface={surface} />
      ) : (
        <div class="home-empty">
          <Icon name="home" size={40} />
          <h2>Nothing here yet</h2>
          <p>Paydesk has not published a Home for {person.real_name}.</p>
        </div>
      )}
    </div>
  );
}
