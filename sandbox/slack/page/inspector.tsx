/** The inspector: what the bot was sent and how fast it acknowledged, and what it asked in return. */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { Calls } from './calls.js';
import { Envelopes } from './deliveries.js';
import { SidePanel } from './side-panel.js';

const sides = ['Envelopes', 'API calls'] as const;

export function Inspector({ onClose }: { onClose: () => void }): VNode {
  const [side, setSide] = useState<(typeof sides)[number]>('Envelopes');
  return (
    <SidePanel title="Inspector" note="Between Slack and Paydesk" onClose={onClose}>
      <nav class="tabs" aria-label="Inspector">
        {sides.map((each) => (
          <button
            key={each}
            type="button"
            class={each === side ? 'tab current' : 'tab'}
            aria-current={each === side ? 'page' : undefined}
            onClick={() => setSide(each)}
          >
            {each}
          </button>
        ))}
      </nav>
      <div class="panel-scroll" tabIndex={0} role="region" aria-label={side}>
        {side === 'Envelopes' ? <Envelopes /> : <Calls />}
      </div>
    </SidePanel>
  );
}
