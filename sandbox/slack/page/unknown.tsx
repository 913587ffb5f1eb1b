/** The visible box for what this page cannot draw. Invariant: it names the type and shows the JSON as text. */
import type { VNode } from 'preact';
import { str, type Obj } from './json.js';

export function Unknown({ what, json }: { what: 'block' | 'element'; json: Obj }): VNode {
  return (
    <details class="unknown">
      <summary>
        This {what} of type <code>{str(json.type, '(none)')}</code> cannot be shown here
      </summary>
      <pre class="rich-pre" tabIndex={0}>
        {JSON.stringify(json, null, 2)}
      </pre>
    </details>
  );
}
