/** What the bot was sent, and how fast it acknowledged. Invariant: newest first. */
import type { VNode } from 'preact';
import type { Delivery } from '../wire.js';
import { timeOf } from './dates.js';
import { useDesk } from './desk.js';
import { obj, objs, str } from './json.js';

const slowAckMs = 1_000;

export function Envelopes(): VNode {
  const { store } = useDesk();
  return (
    <>
      {store.deliveries.length === 0 && (
        <p class="panel-note">Nothing yet. Type a command or press a button.</p>
      )}
      <ol class="deliveries">
        {store.deliveries.toReversed().map((each) => (
          <Envelope key={`${each.envelope_id}/${each.retry_attempt}`} delivery={each} />
        ))}
      </ol>
    </>
  );
}

function Envelope({ delivery }: { delivery: Delivery }): VNode {
  const { person } = useDesk();
  const late = delivery.error !== undefined || (delivery.ack_ms ?? 0) > slowAckMs;
  const ack = delivery.error ?? (delivery.ack_ms === null ? 'waiting' : `${Math.round(delivery.ack_ms)} ms`);
  return (
    <li>
      <details>
        <summary>
          <span class="envelope-what">{summaryOf(delivery)}</span>
          <span class={late ? 'ack late' : 'ack'}>{ack}</span>
          <small>
            {timeOf(String(Date.parse(delivery.sent_at) / 1000), person.tz)} · {delivery.transport}
            {delivery.retry_attempt > 0 && ` · retry ${delivery.retry_attempt}`}
          </small>
        </summary>
        <pre class="rich-pre" tabIndex={0}>
          {JSON.stringify(delivery.payload, null, 2)}
        </pre>
      </details>
    </li>
  );
}

function summaryOf({ type, payload }: Delivery): string {
  const body = obj(payload);
  if (type === 'slash_commands') return `${str(body.command)} ${str(body.text)}`.trim();
  if (type === 'events_api') return str(obj(body.event).type, 'event');
  const what = str(body.type, 'interactive').replaceAll('_', ' ');
  const [action] = objs(body.actions);
  return action === undefined ? what : `${what}: ${str(action.action_id)}`;
}
