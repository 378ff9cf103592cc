// Requests to the server. All of them are same-origin; the cookie is the key.

export class Problem extends Error {
  constructor(status, body) {
    super(body.conflict || body.error || `the server answered ${status}`);
    this.status = status;
    this.body = body;
  }
}

async function ask(path, options) {
  const response = await fetch(path, { credentials: "same-origin", redirect: "error", ...options });
  if (response.status === 204) return null;
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(response.status, body);
  return body;
}

export const get = (path, parameters, signal) => ask(`${path}?${new URLSearchParams(parameters)}`, { signal });

export const post = (path, body) =>
  ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
