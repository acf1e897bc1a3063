// Times as the server sees them: the page's own clock may be wrong.
let offset = 0;

/** Takes the server's clock from an answer's Date header. */
export function follow(response) {
  const date = Date.parse(response.headers.get('Date') ?? '');
  const error = date - Date.now();
  // The header has whole seconds: a smaller difference says nothing.
  if (Number.isFinite(error)) offset = Math.abs(error) > 2000 ? error : 0;
}

export const now = () => Date.now() + offset;

/** Since when, as 0:07, 12:34 or 1:02:03. */
export function elapsed(since) {
  const seconds = Math.max(0, Math.floor((now() - Date.parse(since)) / 1000));
  const two = n => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

export const clock = () => new Date(now()).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
