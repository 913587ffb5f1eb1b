/**
 * Everything that the methods, the interactions and the control interface work on, built once and handed down.
 * Invariant: holds no state of its own.
 */
import type { Calls } from './calls.js';
import type { Changes } from './changes.js';
import type { Deliverer } from './delivery.js';
import type { Faults } from './faults.js';
import type { Files } from './files.js';
import type { Credentials, Ids } from './ids.js';
import type { Limits } from './limits.js';
import type { Manifest } from './manifest.js';
import type { OpenViews } from './open-views.js';
import type { Schedule } from './scheduled.js';
import type { Clock, Store } from './store.js';
import type { ResponseUrls, Triggers } from './triggers.js';

export interface World {
  clock: Clock;
  ids: Ids;
  limits: Limits;
  manifest: Manifest;
  credentials: Credentials;
  changes: Changes;
  store: Store;
  views: OpenViews;
  files: Files;
  schedule: Schedule;
  calls: Calls;
  triggers: Triggers;
  responseUrls: ResponseUrls;
  faults: Faults;
  delivery: Deliverer;
  /** The server's address without a path, `http://127.0.0.1:21000`. */
  baseUrl(): string;
}
