/**
 * The page's beginning: loads the state, follows the events, and draws the desk or the gallery.
 * Invariant: the one place that reads the clock, the address and the local storage.
 */
import { hasEmojiFont } from './emoji-font.js';
import { spellEmoji } from './emoji.js';
import { render, type VNode } from 'preact';
import { useEffect, useReducer, useState } from 'preact/hooks';
import type { SandboxEvent } from '../wire.js';
import { createApi, followEvents, loadStore } from './api.js';
import { App } from './app.js';
import { GalleryPage } from './gallery-page.js';
import { hashOf, routeOf, type Route } from './route.js';
import { applyEvent, type Store } from './store.js';
import './css/base.css';
import './css/shell.css';
import './css/panel.css';
import './css/message.css';
import './css/text.css';
import './css/composer.css';
import './css/block.css';
import './css/table.css';
import './css/chart.css';
import './css/card.css';
import './css/element.css';
import './css/dialog.css';

const tickMs = 30_000;
const retryMs = 2_000;
const api = createApi();

type Change = { loaded: Store } | { event: SandboxEvent };

function reduce(store: Store | null, change: Change): Store | null {
  if ('loaded' in change) return change.loaded;
  return store === null ? null : applyEvent(store, change.event);
}

function Page(): VNode {
  const [route, go] = useRoute();
  const nowMs = useNow();
  return route.gallery ? <GalleryPage go={go} nowMs={nowMs} /> : <Live route={route} go={go} nowMs={nowMs} />;
}

function Live({
  route,
  go,
  nowMs,
}: {
  route: Route;
  go: (change: Partial<Route>) => void;
  nowMs: number;
}): VNode {
  const [store, change] = useReducer(reduce, null);
  const [lost, setLost] = useState(false);
  useEffect(() => {
    let retry: ReturnType<typeof setTimeout> | undefined;
    const load = (): void => {
      clearTimeout(retry);
      loadStore().then(
        (loaded) => {
          setLost(false);
          change({ loaded });
        },
        () => (retry = setTimeout(load, retryMs)),
      );
    };
    const stop = followEvents(
      (event) => change({ event }),
      load,
      () => setLost(true),
    );
    return () => {
      clearTimeout(retry);
      stop();
    };
  }, []);
  if (store === null)
    return (
      <div class="loading" role="status">
        <span class="spinner" />
        {lost ? 'Trying to reach the sandbox…' : 'Loading your workspace…'}
      </div>
    );
  return <App store={store} api={api} route={route} go={go} nowMs={nowMs} lost={lost} />;
}

function useRoute(): [Route, (change: Partial<Route>) => void] {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const read = (): void => setRoute(routeOf(location.hash));
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }, []);
  const go = (change: Partial<Route>): void => {
    location.hash = hashOf({ ...routeOf(location.hash), ...change });
  };
  return [route, go];
}

function useNow(): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), tickMs);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}

const root = document.getElementById('desk');
if (!hasEmojiFont()) spellEmoji();
if (root !== null) render(<Page />, root);
