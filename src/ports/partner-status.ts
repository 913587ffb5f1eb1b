/**
 * What a partner publishes about itself on its status page.
 *
 * Errors of `fetch`: `unavailable` (down, slow, not a status page).
 */
export type StatusIndicator = 'none' | 'minor' | 'major' | 'critical' | 'maintenance';

export interface PartnerComponent {
  name: string;
  /** operational, degraded_performance, partial_outage, major_outage, under_maintenance. */
  status: string;
}

export interface PartnerIncident {
  id: string;
  name: string;
  /** investigating, identified, monitoring, resolved, postmortem. */
  status: string;
  impact: string;
  url: string | null;
  startedAt: Date;
  updatedAt: Date;
  /** The newest update in the partner's words. */
  latestUpdate: string | null;
}

export interface PublishedStatus {
  indicator: StatusIndicator;
  description: string;
  components: readonly PartnerComponent[];
  incidents: readonly PartnerIncident[];
  publishedAt: Date;
}

export interface StatusSource {
  /** `pageUrl` is the base address of a page that speaks Statuspage's public JSON. */
  fetch(pageUrl: string): Promise<PublishedStatus>;
}
