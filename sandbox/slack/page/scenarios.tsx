/**
 * The scenarios of the world: start one, stop it, what to expect where, and what a running one does right now.
 * Invariant: what a scenario needs besides a click is asked for in its own card.
 */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Json, ScenarioInfo } from '../wire.js';
import { useDesk } from './desk.js';
import { Icon } from './icons.js';
import { json, list, obj } from './json.js';
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
  const press = async (more: Record<string, Json> = {}): Promise<void> => {
    setBusy(true);
    const outcome = await api.scenario({ name: scenario.name, action: stops ? 'stop' : 'start', ...more });
    setBusy(false);
    const verb = stops ? 'stopped' : 'started';
    if (!outcome.ok)
      toast(`${scenario.title} could not be ${verb}: “${outcome.error ?? 'unknown'}”`, 'error');
    else if (!scenario.stoppable) toast(`${scenario.title}: done`);
  };
  return (
    <li class={scenario.running ? 'scenario running' : 'scenario'} data-scenario={scenario.name}>
      <div class="scenario-head">
        <h3>{scenario.title}</h3>
        {scenario.running && <span class="running-badge">Running</span>}
      </div>
      <Mrkdwn text={scenario.expect} />
      {scenario.note !== null && (
        <div class="scenario-note">
          <Mrkdwn text={scenario.note} />
        </div>
      )}
      {scenario.takes === 'objects' ? (
        <ObjectsForm title={scenario.title} busy={busy} onGive={(objects) => void press({ objects })} />
      ) : (
        <button
          type="button"
          class="button plain-style small"
          disabled={busy || (scenario.running && !scenario.stoppable)}
          aria-label={`${stops ? 'Stop' : 'Start'} ${scenario.title}`}
          onClick={() => void press()}
        >
          <Icon name={stops ? 'stop' : 'play'} size={14} /> {stops ? 'Stop' : 'Start'}
        </button>
      )}
    </li>
  );
}

interface ObjectsFormProps {
  title: string;
  busy: boolean;
  onGive: (objects: Json[]) => void;
}

function ObjectsForm({ title, busy, onGive }: ObjectsFormProps): VNode {
  const [text, setText] = useState('');
  const objects = objectsIn(text);
  const wrong = text.trim() !== '' && objects === null;
  return (
    <>
      <textarea
        class="field"
        rows={3}
        aria-label="Objects as JSON"
        aria-invalid={wrong}
        placeholder={'{ "id": "pi_…", "object": "payment_intent", … }'}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
      {wrong && <p class="input-error">This is not a JSON object or a list of objects.</p>}
      <button
        type="button"
        class="button plain-style small"
        disabled={busy || objects === null}
        aria-label={`Start ${title}`}
        onClick={() => objects !== null && onGive(objects)}
      >
        <Icon name="play" size={14} /> Import
      </button>
    </>
  );
}

/** One object, a list of them, or one of Stripe's lists; null for anything else. */
function objectsIn(text: string): Json[] | null {
  try {
    const value = JSON.parse(text) as Json;
    if (Array.isArray(value)) return value;
    const one = obj(value);
    if (one.object === 'list') return list(one.data);
    return typeof one.id === 'string' ? [json(one)] : null;
  } catch {
    return null;
  }
}
