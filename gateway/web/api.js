import { follow } from './time.js';

/** The key is missing or wrong. */
export class NotSignedIn extends Error {}

async function get(path) {
  const response = await fetch(path, { headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(10000) });
  if (response.status === 401) throw new NotSignedIn();
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  follow(response);
  return response.json();
}

/** All pages of a list; a wallboard shows at most a thousand of anything. */
async function all(path) {
  const items = [];
  let cursor = null;
  do {
    const page = await get(`${path}${path.includes('?') ? '&' : '?'}limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor && items.length < 1000);
  return items;
}

export async function snapshot() {
  const [queues, agents, calls] = await Promise.all([all('/v1/queues'), all('/v1/agents'), all('/v1/calls?live=true')]);
  return { queues, agents, calls };
}

/** Null: signed in; else why not. */
export async function login(key) {
  const response = await fetch('/login', {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ key }),
  });
  if (response.ok) return null;
  const problem = await response.json().catch(() => ({}));
  return problem.detail ?? `The server answered ${response.status}.`;
}

export const logout = () => fetch('/logout', { method: 'POST' });
