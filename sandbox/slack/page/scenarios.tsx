/** The scenarios of the world: start one, stop it, and what to expect where. */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { ScenarioInfo } from '../wire.js';
import { useDesk } from './desk.js';
import { Icon } from './icons.js';
import { Mrkdwn } from './rich.js';
import { SidePanel } from './side-panel.js';

export function Scenarios({ onClose }: { onClose: () => void }): VNode {
  const { store } = useDesk();
  return (
    <SidePanel title="Scenarios" note="What happens in the world outside" onClose={onClose}>
      <div class="panel-scroll">
        {store.scenarios.length === 0 && <p class="panel-note">This world has no scenarios.</p>}
        <ul class="scenarios">
          {store.scenarios.map((each) => (
            <Scenario key={each.name} scenario={each} />
          ))}
        </ul>
      </div>
    </SidePanel>
  );
}

function Scenario({ scenario }: { scenario: ScenarioInfo }): VNode {
  const { api, toast } = useDesk();
  const [busy, setBusy] = useState(false);
  const stops = scenario.running && scenario.stoppable;
  const press = async (): Promise<void> => {
    setBusy(true);
    const outcome = await api.scenario({ name: scenario.name, action: stops ? 'stop' : 'start' });
    setBusy(false);
    if (!outcome.ok)
      toast(
        `${scenario.title} could not be ${stops ? 'stopped' : 'started'}: “${outcome.error ?? 'unknown'}”`,
        'error',
      );
  };
  return (
    <li class={scenario.running ? 'scenario running' : 'scenario'} data-scenario={scenario.name}>
      <div class="scenario-head">
        <strong>{scenario.title}</strong>
        {scenario.running && <span class="running-badge">Running</span>}
      </div>
      <Mrkdwn text={scenario.expect} />
      <button
        type="button"
        class="button plain-style small"
        disabled={busy || (scenario.running && !scenario.stoppable)}
        aria-label={`${stops ? 'Stop' : 'Start'} ${scenario.title}`}
        onClick={() => void press()}
      >
        <Icon name={stops ? 'stop' : 'play'} size={14} /> {stops ? 'Stop' : 'Start'}
      </button>
    </li>
  );
}
