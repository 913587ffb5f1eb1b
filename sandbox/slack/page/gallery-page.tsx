/**
 * The gallery: one message for each block and element, and the modals, with nothing behind them.
 * Invariant: drawn by the same parts as the live page; its API sends nothing, it only says what would be sent.
 */
import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { OpenView, Outcome } from '../wire.js';
import type { Api } from './api.js';
import { ConfirmDialog, useConfirm } from './confirm.js';
import { DeskContext, type PageContext } from './desk.js';
import type { Exhibit } from './gallery-parts.js';
import { channel, exhibits, galleryStore as store, modalExhibit, person, suggestions } from './gallery.js';
import { MessageRow } from './message.js';
import { Modal } from './modal.js';
import { routeOf, type Route } from './route.js';
import { Toasts, useToasts } from './toasts.js';

export function GalleryPage({ go, nowMs }: { go: (change: Partial<Route>) => void; nowMs: number }): VNode {
  const toasts = useToasts();
  const confirm = useConfirm();
  const [view, setView] = useState<OpenView | null>(null);
  const api = silentApi(toasts.say, () => setView(null));
  const desk: PageContext = {
    ...{ store, person, route: routeOf('#gallery'), nowMs, draft: null, api, go },
    write: (line) => toasts.say(`Would write ${line}`),
    toast: toasts.say,
    ask: confirm.ask,
  };
  return (
    <DeskContext.Provider value={desk}>
      <div class="gallery">
        <header class="gallery-head">
          <h1>Block Kit gallery</h1>
          <button type="button" class="button primary small" onClick={() => setView(modalExhibit)}>
            Open a modal
          </button>
          <button
            type="button"
            class="button plain-style small"
            onClick={() => go({ gallery: false, person: '', channel: '' })}
          >
            Back to the desk
          </button>
        </header>
        <main>
          {exhibits.map((exhibit, at) => (
            <Item
              key={exhibit.name}
              exhibit={exhibit}
              ts={String(Math.floor(nowMs / 1000) - 9000 + at * 60)}
            />
          ))}
        </main>
      </div>
      {view !== null && <Modal stack={[view]} />}
      {confirm.open !== null && <ConfirmDialog key={confirm.open.key} question={confirm.open} />}
      <Toasts toasts={toasts} />
    </DeskContext.Provider>
  );
}

function Item({ exhibit: { name, blocks }, ts }: { exhibit: Exhibit; ts: string }): VNode {
  const message = { channel: channel.id, user: store.bot.user_id, text: '', ts, blocks };
  return (
    <section class="gallery-item" aria-label={name}>
      <h2>{name}</h2>
      <MessageRow message={message} grouped={false} channel={channel} inThread={false} />
    </section>
  );
}

function silentApi(say: (what: string) => void, closed: () => void): Api {
  const done: Outcome = { ok: true, messages: [] };
  const answer = (what: string): Promise<Outcome> => {
    say(what);
    return Promise.resolve(done);
  };
  return {
    command: ({ text }) => answer(`Would run ${text}`),
    message: ({ text }) => answer(`Would post “${text}”`),
    action: ({ action_id, value, selected }) =>
      answer(`Would send ${action_id} ${String(value ?? selected ?? '')}`.trim()),
    submit: () => {
      const errors = { number_input: 'The refund is larger than what is left of the charge (€84.00).' };
      return Promise.resolve({ ...done, ok: false, errors });
    },
    close: () => {
      closed();
      return Promise.resolve(done);
    },
    pin: () => answer('Would pin this message'),
    reaction: ({ name }) => answer(`Would react with :${name}:`),
    home: () => Promise.resolve(done),
    calls: () => Promise.resolve([]),
    shortcut: ({ callback_id }) => answer(`Would run ${callback_id}`),
    scenario: ({ name }) => answer(`Would start ${name}`),
    suggest: ({ value }) => {
      const options = suggestions.filter((each) =>
        JSON.stringify(each).toLowerCase().includes(value.toLowerCase()),
      );
      return Promise.resolve({ ok: true, options });
    },
  };
}
