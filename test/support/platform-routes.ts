/**
 * The routes of the company's platform as the stand-in tells of them, asked over its own wire.
 */
import type { TestDesk } from './desk.js';

export interface Route {
  id: string;
  partner: string;
  state: 'active' | 'paused';
  pausedBy: string | null;
  volume: { count: number };
  fallback: { loadPerHour: number; capacityPerHour: number } | null;
}

async function ask<Answer>(desk: TestDesk, path: string): Promise<Answer> {
  const headers = { authorization: 'Bearer ops_test_desk' };
  return (await (await fetch(`${desk.operations.baseUrl}/v1/routes${path}`, { headers })).json()) as Answer;
}

export const routeNow = (desk: TestDesk, id: string): Promise<Route> => ask(desk, `/${id}`);

export async function pausedRoutes(desk: TestDesk): Promise<Route[]> {
  const { routes } = await ask<{ routes: Route[] }>(desk, '');
  return routes.filter(({ state }) => state === 'paused');
}

/** One whose payments its fallback can take, by the traffic of the hour; of this partner, or of any. */
export async function pausableRoute(desk: TestDesk, partner?: string): Promise<Route> {
  const { routes } = await ask<{ routes: Route[] }>(desk, partner === undefined ? '' : `?partner=${partner}`);
  const found = routes.find(
    ({ volume, fallback }) => fallback && fallback.loadPerHour + volume.count <= fallback.capacityPerHour,
  );
  if (found) return found;
  throw new Error('no route of this world can be paused');
}
