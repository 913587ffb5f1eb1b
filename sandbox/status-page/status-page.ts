/**
 * One status page per partner, in Statuspage's public JSON. Source: the format of `/api/v2/*.json` as served by
 * Atlassian Statuspage.
 * What a partner does not notice or does not admit (a drift, a short-paid settlement) is not on its page.
 * Invariant: a page tells what the world's disturbances say at the clock's time, and keeps ended ones as resolved incidents.
 * Deliberately absent: scheduled maintenance and subscriptions.
 */
import { createServer, type ServerResponse } from 'node:http';
import { closeServer, listen } from '../listening.js';
import { minuteMs, type Clock } from '../world/clock.js';
import { hash, hashText } from '../world/random.js';
import { isActive } from '../world/disturbances.js';
import type { Partner } from '../world/partners.js';
import type { World } from '../world/world.js';
import { noticesOf, type Indicator, type Notice } from './notices.js';

interface StatusPagesOptions {
  port: number;
  host: string;
  world: World;
  clock: Clock;
}

export interface StatusPages {
  /** By partner id: the base address, to which `/api/v2/summary.json` is added. */
  urls: Record<string, string>;
  close(): Promise<void>;
}

/** Starts to listen; rejects when the port is taken. */
export async function startStatusPages({
  port,
  host,
  world,
  clock,
}: StatusPagesOptions): Promise<StatusPages> {
  const server = createServer((request, response) => {
    const match = /^\/([a-z-]+)\/api\/v2\/(summary|status|incidents|components)\.json$/.exec(
      (request.url ?? '/').split('?')[0] ?? '/',
    );
    const partner = world.partners.find(({ id }) => id === match?.[1]);
    if (request.method !== 'GET' || !partner) answer(response, 404, { error: 'not found' });
    else {
      const base = `http://${request.headers.host ?? host}/${partner.id}`;
      answer(response, 200, pageOf({ world, partner, base, nowMs: clock.now().getTime() }, match?.[2] ?? ''));
    }
  });
  const actual = await listen(server, port, host);
  const urls = world.partners.map(({ id }) => [id, `http://${host}:${actual}/${id}`] as const);
  return { urls: Object.fromEntries(urls), close: () => closeServer(server) };
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Access-Control-Allow-Origin': '*',
  });
  response.end(JSON.stringify(body));
}

interface Scene {
  world: World;
  partner: Partner;
  base: string;
  nowMs: number;
}

function pageOf(scene: Scene, document: string): Record<string, unknown> {
  const { partner, base } = scene;
  const notices = noticesOf(scene.world.disturbances.list(), partner.id, scene.nowMs);
  const open = notices.filter(({ disturbance }) => isActive(disturbance, scene.nowMs));
  const updatedMs = lastChange(notices, scene.nowMs);
  const page = {
    id: idOf(partner.id, 0),
    name: partner.name,
    url: base,
    time_zone: partner.timeZone,
    updated_at: iso(updatedMs),
  };
  const status = statusOf(worst(open));
  const incidents = (of: Notice[]): unknown[] => of.map((notice) => incidentOf(scene, notice)).toReversed();
  const components = componentsOf(scene, open, updatedMs);
  if (document === 'status') return { page, status };
  if (document === 'components') return { page, components };
  if (document === 'incidents') return { page, incidents: incidents(notices) };
  return { page, components, incidents: incidents(open), scheduled_maintenances: plannedOf(scene), status };
}

/** One partner works on its systems on Sundays; it says so from the Monday before. */
const maintainedPartner = 'cobalt';
const dayMs = 24 * 60 * minuteMs;

function plannedOf({ partner, base, nowMs }: Scene): unknown[] {
  if (partner.id !== maintainedPartner) return [];
  const today = nowMs - (nowMs % dayMs);
  const untilSunday = (7 - new Date(today).getUTCDay()) % 7 || 7;
  const fromMs = today + untilSunday * dayMs + 2 * 60 * minuteMs;
  const id = idOf(`${partner.id}/maintenance`, fromMs / dayMs);
  return [
    {
      id,
      name: 'Weekly database maintenance',
      status: 'scheduled',
      impact: 'maintenance',
      shortlink: `${base}/incidents/${id}`,
      scheduled_for: iso(fromMs),
      scheduled_until: iso(fromMs + 120 * minuteMs),
      incident_updates: [],
    },
  ];
}

const worst = (open: readonly Notice[]): Indicator =>
  open.some(({ impact }) => impact === 'major') ? 'major' : open.length > 0 ? 'minor' : 'none';

const descriptions: Record<Indicator, string> = {
  none: 'All Systems Operational',
  minor: 'Minor Service Outage',
  major: 'Partial System Outage',
  critical: 'Major Service Outage',
};
const statusOf = (indicator: Indicator): { indicator: Indicator; description: string } => ({
  indicator,
  description: descriptions[indicator],
});

const iso = (timeMs: number): string => new Date(timeMs).toISOString();

/** Statuspage's ids: twelve lower-case letters and digits. */
const idOf = (text: string, salt: number): string =>
  (hash(hashText(text), salt, 1).toString(36) + hash(hashText(text), salt, 2).toString(36))
    .padEnd(12, 'x')
    .slice(0, 12);

/** A page without incidents was last touched at the start of its day, so that it does not change at every look. */
const lastChange = (notices: readonly Notice[], nowMs: number): number =>
  notices.reduce(
    (last, { disturbance: { fromMs, toMs } }) =>
      Math.max(last, fromMs, (toMs ?? 0) <= nowMs ? (toMs ?? 0) : 0),
    0,
  ) || nowMs - (nowMs % (24 * 60 * minuteMs));

function componentsOf(
  { partner }: Scene,
  open: readonly Notice[],
  updatedMs: number,
): Record<string, unknown>[] {
  return partner.components.map((name, position) => ({
    id: idOf(`${partner.id}/${name}`, 1),
    name,
    status: open.map(({ components }) => components[name]).find((status) => status) ?? 'operational',
    created_at: '2024-01-01T00:00:00.000Z',
    updated_at: iso(updatedMs),
    position: position + 1,
    description: null,
    showcase: true,
    start_date: '2024-01-01',
    group_id: null,
    page_id: idOf(partner.id, 0),
    group: false,
    only_show_if_degraded: false,
  }));
}

function incidentOf(scene: Scene, notice: Notice): Record<string, unknown> {
  const { partner, base, nowMs } = scene;
  const { disturbance, name, impact } = notice;
  const id = idOf(`${partner.id}/${disturbance.name}/${disturbance.fromMs}`, 2);
  const updates = updatesOf(notice, nowMs);
  const latest = updates.at(-1);
  const updatedMs = latest?.atMs ?? disturbance.fromMs;
  const resolved = latest?.status === 'resolved' ? iso(latest.atMs) : null;
  const open = isActive(disturbance, nowMs) ? [notice] : [];
  const components = componentsOf(scene, open, updatedMs).filter(
    (component) => String(component.name) in notice.components,
  );
  return {
    id,
    name,
    status: latest?.status ?? 'investigating',
    created_at: iso(disturbance.fromMs),
    updated_at: iso(updatedMs),
    monitoring_at: null,
    resolved_at: resolved,
    impact,
    shortlink: `${base}/incidents/${id}`,
    started_at: iso(disturbance.fromMs),
    page_id: idOf(partner.id, 0),
    incident_updates: updates
      .map(({ status, body, atMs }, i) => ({
        id: idOf(id, 10 + i),
        status,
        body,
        incident_id: id,
        created_at: iso(atMs),
        updated_at: iso(atMs),
        display_at: iso(atMs),
        affected_components: components.map((component) => ({
          code: component.id,
          name: component.name,
          old_status: i === 0 ? 'operational' : component.status,
          new_status: component.status,
        })),
        deliver_notifications: true,
        custom_tweet: null,
        tweet_id: null,
      }))
      .toReversed(),
    components,
    reminder_intervals: null,
  };
}

interface Update {
  status: 'investigating' | 'identified' | 'resolved';
  body: string;
  atMs: number;
}

/** Statuspage lists updates newest first; here they are in the order they were written. */
function updatesOf({ disturbance, bodies }: Notice, nowMs: number): Update[] {
  const { fromMs, toMs } = disturbance;
  const endMs = toMs ?? Infinity;
  const updates: Update[] = [
    { status: 'investigating', body: bodies[0], atMs: fromMs },
    { status: 'identified', body: bodies[1], atMs: fromMs + 10 * minuteMs },
    { status: 'resolved', body: bodies[2], atMs: endMs },
  ];
  return updates.filter(({ atMs, status }) => atMs <= nowMs && (status === 'resolved' || atMs < endMs));
}
