/**
 * Slack's own icons, which a card can name, drawn here in their spirit.
 * Invariant: an unknown icon shows its initial, never nothing.
 */
import type { VNode } from 'preact';
import { slackIcons } from './icon-paths.js';
import { Drawing } from './icons.js';

export function SlackIcon({ name }: { name: string }): VNode {
  const path = slackIcons[name];
  return (
    <span class="slack-icon" role="img" aria-label={`${name} icon`}>
      {path === undefined ? (
        name.slice(0, 1).toUpperCase()
      ) : (
        <Drawing path={path} size={22} filled={name === 'star-filled'} />
      )}
    </span>
  );
}
