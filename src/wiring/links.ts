/**
 * Deep links from the URL templates of the configuration.
 */
import type { Config, LinkObject } from '../config/schema.js';
import type { Links } from '../views/kit/links.js';

export function linksFrom(templates: Config['links']): Links {
  return (object, id) => {
    const template = templates[object as LinkObject];
    if (template === undefined || id === '') return null;
    // Half a surrogate pair has no encoding.
    return template.replaceAll('{id}', () => encodeURIComponent(id.replace(/\p{Cs}/gu, '\ufffd')));
  };
}

/** Slack reports links of the domains in the manifest; these are the ones that show objects. */
export const dashboardHostsOf = (templates: Config['links']): ReadonlySet<string> =>
  new Set([
    'dashboard.stripe.com',
    ...Object.values(templates).flatMap((template) =>
      URL.canParse(template) ? [new URL(template).hostname] : [],
    ),
  ]);
