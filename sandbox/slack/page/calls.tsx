/** What the bot asked of the Web API, with what was wrong with it. Invariant: newest first. */
import type { VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ApiCall, Json } from '../wire.js';
import { timeOf } from './dates.js';
import { useDesk } from './desk.js';
import { withCalls } from './store.js';

export function Calls(): VNode {
  const { store, api } = useDesk();
  const [before, setBefore] = useState<ApiCall[]>([]);
  useEffect(() => void api.calls().then(setBefore), [api]);
  const calls = withCalls(before, store.calls);
  return (
    <>
      {calls.length === 0 && <p class="panel-note">Nothing yet. Paydesk has called no method.</p>}
      <ol class="deliveries">
        {calls.toReversed().map((call) => (
          <Call key={call.id} call={call} />
        ))}
      </ol>
    </>
  );
}

function Call({ call }: { call: ApiCall }): VNode {
  const { person } = useDesk();
  return (
    <li>
      <details>
        <summary>
          <span class="envelope-what">{call.method}</span>
          <span class={call.ok ? 'ack' : 'ack late'}>{call.ok ? 'ok' : (call.error ?? call.status)}</span>
          <small>
            {timeOf(String(Date.parse(call.at) / 1000), person.tz)} · {Math.round(call.ms)} ms
            {call.findings.length > 0 &&
              ` · ${call.findings.length} finding${call.findings.length > 1 ? 's' : ''}`}
          </small>
        </summary>
        {call.findings.map((finding, at) => (
          <p key={at} class="finding">
            {finding}
          </p>
        ))}
        <Dump name="Arguments" value={call.arguments} />
        <Dump name="Answer" value={call.answer} />
      </details>
    </li>
  );
}

function Dump({ name, value }: { name: string; value: Json }): VNode {
  return (
    <>
      <small>{name}</small>
      <pre class="rich-pre" tabIndex={0}>
        {JSON.stringify(unfolded(value), null, 2)}
      </pre>
    </>
  );
}

/** Arguments travel as JSON in texts; here they are read as what they are. */
function unfolded(value: Json): Json {
  if (value === null || Array.isArray(value) || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, parsed(each)]));
}

function parsed(value: Json): Json {
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}
